using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Programs;

/// <summary>
/// A program as the sequence of single steps that it comes to. Any place in it is found without walking there, so that
/// work goes on from a checkpoint by its number alone.
/// </summary>
public sealed class ProgramPlan
{
    private readonly Part[] _parts;

    /// <exception cref="OverflowException">The steps are more than a number holds.</exception>
    public ProgramPlan(IEnumerable<ProgramStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        _parts = PartsOf(steps);
        Count = SumOf(_parts);
    }

    /// <summary>How many single steps there are: loops count as their turns.</summary>
    public long Count { get; }

    /// <summary>One single step, and the number of its turn counted over all loops around it, from 1.</summary>
    /// <param name="index">0 to below <see cref="Count"/>.</param>
    public (ProgramStep Step, long Turn) At(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var (parts, turn) = (_parts, 1L);
        while (true)
        {
            var place = 0;
            while (index >= parts[place].Count)
                index -= parts[place++].Count;
            var part = parts[place];
            if (part.Step is not LoopStep loop)
                return (part.Step, turn);
            turn = ((turn - 1) * loop.Times) + (index / part.TurnCount) + 1;
            (index, parts) = (index % part.TurnCount, part.Inner);
        }
    }

    private static Part[] PartsOf(IEnumerable<ProgramStep> steps) => [.. steps.Select(step =>
    {
        if (step is not LoopStep loop)
            return new Part(step, [], 1, 1);
        var inner = PartsOf(loop.Steps);
        var turn = SumOf(inner);
        return new Part(step, inner, turn, checked(turn * loop.Times));
    })];

    private static long SumOf(Part[] parts)
    {
        var sum = 0L;
        foreach (var part in parts)
            sum = checked(sum + part.Count);
        return sum;
    }

    private sealed record Part(ProgramStep Step, Part[] Inner, long TurnCount, long Count);
}
