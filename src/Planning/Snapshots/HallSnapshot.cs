using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Facility.Policies;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning.Snapshots;

/// <summary>A hall at one instant, read from a file.</summary>
/// <param name="State">What it has and what its jobs hold.</param>
/// <param name="Waiting">The jobs that wait.</param>
/// <param name="Sequence">The last ledger entry that it includes.</param>
/// <param name="At">When it was taken.</param>
public sealed record HallSnapshot(HallState State, WaitingJobs Waiting, long Sequence, DateTimeOffset At)
{
    /// <summary>The power policies that are declared.</summary>
    public IReadOnlyList<GpuPolicy> Policies { get; init; } = [];
}

/// <summary>A snapshot file says something wrong; the message says what and where.</summary>
public sealed class SnapshotException(string message) : Exception(message);

/// <summary>The form of a snapshot file.</summary>
public sealed record SnapshotFile
{
    /// <summary>The form that this version reads and writes.</summary>
    public const string KnownFormat = "hall-snapshot/1";

    /// <summary>Always <see cref="KnownFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The hall.</summary>
    public required string Hall { get; init; }

    /// <summary>The last ledger entry that it includes.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The factory's objects as JSON manifests.</summary>
    public required IReadOnlyList<System.Text.Json.Nodes.JsonObject> Manifests { get; init; }

    /// <summary>Jobs that wait or hold GPUs.</summary>
    public IReadOnlyList<SnapshotJob> Jobs { get; init; } = [];

    /// <summary>Power limits in force where they differ from the manifests', such as 400kW, by domain.</summary>
    public IReadOnlyDictionary<string, string> PowerLimits { get; init; } = new Dictionary<string, string>();

    /// <summary>Nodes that are not ready: cordoned, failed or draining, by name.</summary>
    public IReadOnlyDictionary<string, string> Nodes { get; init; } = new Dictionary<string, string>();

    /// <summary>GPUs that failed, as node name and number.</summary>
    public IReadOnlyList<SnapshotGpu> FailedGpus { get; init; } = [];

    /// <summary>Trunks that are out of use.</summary>
    public IReadOnlyList<string> DownLinks { get; init; } = [];
}

/// <summary>A job of a snapshot.</summary>
public sealed record SnapshotJob
{
    /// <summary>The job as a JSON manifest.</summary>
    public required System.Text.Json.Nodes.JsonObject Manifest { get; init; }

    /// <summary>Its place in the order of submission.</summary>
    public required long Submitted { get; init; }

    /// <summary>Power limit of its GPUs in percent; 100 unless said otherwise.</summary>
    public int PowerPercent { get; init; } = 100;

    /// <summary>Seconds of its work that a checkpoint holds, in the time of its own work.</summary>
    public double SavedSeconds { get; init; }

    /// <summary>Seconds of its work that are done, saved or not.</summary>
    public double DoneSeconds { get; init; }

    /// <summary>Where its tasks are; empty while it waits.</summary>
    public IReadOnlyList<SnapshotTask> Tasks { get; init; } = [];
}

/// <summary>Where a task is.</summary>
/// <param name="Group">Name of its group.</param>
/// <param name="Task">Its number.</param>
/// <param name="Node">Its node.</param>
/// <param name="Gpus">Its GPUs.</param>
/// <param name="GpuMilli">Thousandths of each.</param>
/// <param name="Slot">The memory slice at which its MIG instance begins, or -1.</param>
public sealed record SnapshotTask(string Group, int Task, string Node, IReadOnlyList<int> Gpus, int GpuMilli, int Slot = -1);

/// <summary>A GPU.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Gpu">Its number.</param>
public sealed record SnapshotGpu(string Node, int Gpu);
