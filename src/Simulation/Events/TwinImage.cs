using System.Text.Json.Nodes;

namespace ControlPlane.Simulation.Events;

/// <summary>A run at one instant, as a file holds it: what cannot be worked out from the plan again.</summary>
internal sealed record TwinImage
{
    public const string KnownFormat = "twin-state/2";

    public required string Format { get; init; }

    public required TwinPlan Plan { get; init; }

    /// <summary>The present, in milliseconds from the start.</summary>
    public required long Now { get; init; }

    public required Tally Tally { get; init; }

    /// <summary>Gangs that have come.</summary>
    public required long Arrived { get; init; }

    public StreamImage? DrawnFrom { get; init; }

    public required StreamImage FailingFrom { get; init; }

    public required IReadOnlyList<JobImage> Jobs { get; init; }

    public required IReadOnlyList<EndedJob> Ended { get; init; }

    public required IReadOnlyList<NodeImage> NodesOut { get; init; }

    public required IReadOnlyList<PlannedImage> Reserved { get; init; }

    public required IReadOnlyList<ServingImage> Serving { get; init; }

    public IReadOnlyList<ServingChange> ServingChanges { get; init; } = [];

    /// <summary>Until when the rows are summed, and where the present one began.</summary>
    public required IReadOnlyList<long> RowSpan { get; init; }

    public required long[] RowSums { get; init; }

    public required IReadOnlyList<TwinSample> Rows { get; init; }

    internal (ulong State, double Clock)? Drawn => DrawnFrom is { } from ? (from.State, from.Clock) : null;

    internal (ulong State, double Clock)? Failing => (FailingFrom.State, FailingFrom.Clock);
}

/// <summary>Where a stream of draws stands.</summary>
internal sealed record StreamImage(ulong State, double Clock);

/// <summary>A node that is out, and when it is back.</summary>
internal sealed record NodeImage(int Node, long BackAt);

/// <summary>For how long a service had so many replicas.</summary>
internal sealed record ServingImage(int Service, int Replicas, long Milliseconds);

/// <summary>A reservation.</summary>
internal sealed record PlannedImage(string Job, long Start, long? End, PlaceImage Place);

/// <summary>A job that runs or waits.</summary>
internal sealed record JobImage
{
    public required string Name { get; init; }

    /// <summary>The job as a JSON manifest; null for a replica, which its service describes.</summary>
    public JsonObject? Manifest { get; init; }

    public required long Sequence { get; init; }

    public required long Submitted { get; init; }

    public required int Service { get; init; }

    public required JobProgress Progress { get; init; }

    public required long FirstStart { get; init; }

    public required long RunsSince { get; init; }

    public required long SettledAt { get; init; }

    public required double Utilisation { get; init; }

    public required bool Serves { get; init; }

    public required int Failures { get; init; }

    public required int Preemptions { get; init; }

    public required double LostWork { get; init; }

    /// <summary>Where it runs; null while it waits.</summary>
    public PlaceImage? Place { get; init; }
}
