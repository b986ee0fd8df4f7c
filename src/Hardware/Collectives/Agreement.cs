namespace ControlPlane.Hardware.Collectives;

/// <summary>Whether all ranks came to the same bits, which every collective promises, whoever added them up.</summary>
internal static class Agreement
{
    /// <summary>What is wrong with this rank's result; null when nothing is, or when it was told before there were such words.</summary>
    /// <param name="ring">The ring; all ranks ask.</param>
    /// <param name="checksum">Of this rank's result.</param>
    /// <param name="found">What this rank found wrong by itself, or null.</param>
    /// <exception cref="CollectiveFaultException">Results differ, and this rank's is not the one that most others contradict.</exception>
    public static string? Mistake(Ring ring, ulong checksum, string? found)
    {
        if (ring.IsOlder)
            return found;
        var all = ring.Gather(checksum);
        var common = all.GroupBy(sum => sum).MaxBy(group => group.Count())!;
        if (found is not null || common.Count() == all.Length)
            return found;
        var isJudged = 2 * common.Count() > all.Length;
        if (isJudged && checksum != common.Key)
            return FormattableString.Invariant($"the result's bits differ from those of {common.Count()} of {all.Length} ranks: checksum {checksum:x16}, theirs {common.Key:x16}");
        var odd = Array.FindIndex(all, sum => sum != (isJudged ? common.Key : all[0]));
        throw new CollectiveFaultException(FormattableString.Invariant(
            $"the ranks came to different bits: {ring.Members[odd].Called(odd)} to checksum {all[odd]:x16}, {(isJudged ? $"{common.Count()} others to {common.Key:x16}" : $"{ring.Members[0].Called(0)} to {all[0]:x16}")}"));
    }
}
