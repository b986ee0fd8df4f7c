namespace ControlPlane.Facility.Network;

/// <summary>
/// Jobs with the same iteration time on one link: they slow each other down only while they communicate at once, so
/// shifting one of them may cost nothing (CASSINI, NSDI 2024).
/// </summary>
public static class Interleaving
{
    /// <summary>The worst slowdown of any moment: the demand of the phases that overlap, over the capacity, at least 1.</summary>
    /// <param name="capacity">Above 0.</param>
    /// <param name="phases">Phases with one common period.</param>
    /// <exception cref="ArgumentOutOfRangeException">Periods differ.</exception>
    public static double Slowdown(double capacity, IReadOnlyList<CommunicationPhase> phases)
    {
        Check(phases);
        return phases.Select(phase => LinkSharing.Slowdown(capacity, phases.Select(other => other.DemandAt(phase.StartSeconds))))
            .DefaultIfEmpty(1).Max();
    }

    /// <summary>
    /// Shifts phases one by one to where they meet least demand: beginnings are tried where another phase begins or ends.
    /// It is not always the best arrangement, but never worse than leaving all as they are.
    /// </summary>
    /// <param name="capacity">Above 0.</param>
    /// <param name="phases">Phases with one common period.</param>
    /// <returns>The phases, shifted, in the same order.</returns>
    public static IReadOnlyList<CommunicationPhase> Arrange(double capacity, IReadOnlyList<CommunicationPhase> phases)
    {
        Check(phases);
        var arranged = new List<CommunicationPhase>();
        foreach (var phase in phases)
        {
            var starts = arranged.Select(placed => placed.StartSeconds + placed.LengthSeconds).Prepend(phase.StartSeconds);
            arranged.Add(starts.Select(start => phase.Shifted(start - phase.StartSeconds))
                .MinBy(moved => Slowdown(capacity, [.. arranged, moved]))!);
        }
        return Slowdown(capacity, arranged) <= Slowdown(capacity, phases) ? arranged : phases;
    }

    /// <summary>Share of the period during which the link is asked for more than it carries.</summary>
    /// <param name="capacity">Above 0.</param>
    /// <param name="phases">Phases with one common period.</param>
    public static double CongestedShare(double capacity, IReadOnlyList<CommunicationPhase> phases)
    {
        Check(phases);
        Require.Positive(capacity);
        if (phases.Count == 0)
            return 0;
        var period = phases[0].PeriodSeconds;
        var edges = phases.SelectMany(phase => new[] { phase.StartSeconds, CommunicationPhase.Modulo(phase.StartSeconds + phase.LengthSeconds, period) })
            .Append(0).Append(period).Distinct().Order().ToList();
        return edges.Zip(edges.Skip(1)).Where(part => phases.Sum(phase => phase.DemandAt((part.First + part.Second) / 2)) > capacity)
            .Sum(part => part.Second - part.First) / period;
    }

    private static void Check(IReadOnlyList<CommunicationPhase> phases)
    {
        ArgumentNullException.ThrowIfNull(phases);
        if (phases.Select(phase => phase.PeriodSeconds).Distinct().Count() > 1)
            throw new ArgumentOutOfRangeException(nameof(phases), phases.Count, "Phases of different periods drift: they have no common arrangement.");
    }
}
