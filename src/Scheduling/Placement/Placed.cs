using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>The job starts, whole.</summary>
/// <param name="Assignment">Where its tasks run.</param>
/// <param name="Scores">What the place of the job's first task scored, one note for each preference in order of weight.</param>
/// <param name="RunnerUp">What the best place that was not chosen scored; empty when there was no other candidate.</param>
/// <param name="Racks">The racks it runs in, in the order of its tasks; at most <see cref="MostRacks"/>.</param>
/// <param name="RacksLeftOut">How many further racks are not listed.</param>
[GenerateSerializer, Immutable, Alias("Placed")]
public sealed record Placed(
    [property: Id(0)] Assignment Assignment,
    [property: Id(1)] ValueList<ScoreNote> Scores,
    [property: Id(2)] ValueList<ScoreNote> RunnerUp,
    [property: Id(3)] ValueList<RackId> Racks,
    [property: Id(4)] int RacksLeftOut) : PlacementDecision
{
    /// <summary>How many racks a decision lists: what one sentence bears, and bounds the size of an entry.</summary>
    public const int MostRacks = 4;

    /// <summary>The power limit it got, for a job whose limits come from policies or a tier; else null.</summary>
    [Id(5)]
    public PowerTaken? Power { get; init; }

    /// <inheritdoc/>
    public override string Explain() => Power is null ? Chosen() : $"{Chosen()} {Power.Explain()}";

    private string Chosen()
    {
        var placed = $"Placed {Count(Assignment.Tasks.Count, "task")}{Gpus()} on {Where()}";
        if (Scores.Count == 0)
            return placed + ".";
        return RunnerUp.Count == 0
            ? $"{placed}; chosen node {Scores[0].Node}: {string.Join(", ", Scores.Select(note => $"{note.Preference} {note.Score}"))}."
            : $"{placed}; chosen node {Scores[0].Node} over {RunnerUp[0].Node}: {string.Join(", ", Scores.Zip(RunnerUp, Versus))}.";
    }

    private static string Versus(ScoreNote chosen, ScoreNote other) => $"{chosen.Preference} {chosen.Score} vs {other.Score}";

    private string Gpus()
    {
        var milli = Assignment.Tasks.Sum(task => (long)task.Gpus.Count * task.GpuMilli);
        return milli switch
        {
            0 => "",
            1000 => " with 1 GPU",
            < 1000 => $" with {QuantityText.Number(milli / 1000.0, 3)} of a GPU",
            _ => $" with {QuantityText.Number(milli / 1000.0, 3)} GPUs",
        };
    }

    private string Where()
    {
        var names = string.Join(", ", Racks);
        var word = Racks.Count + RacksLeftOut == 1 ? "rack" : "racks";
        return RacksLeftOut == 0 ? $"{word} {names}" : $"{word} {names} and {RacksLeftOut} more";
    }

    private static string Count(int count, string noun) =>
        count == 1 ? $"1 {noun}" : $"{count.ToString(CultureInfo.InvariantCulture)} {noun}s";
}
