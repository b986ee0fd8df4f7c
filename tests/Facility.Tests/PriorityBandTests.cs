using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;
using ControlPlane.Facility.Gpus;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class PriorityBandTests
{
    private static readonly Gen<PriorityGroup[]> Groups = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[0, 8].Select(rows =>
        rows.Select((row, i) => new PriorityGroup($"g{i}", row.Item1, Watts.FromMilliwatts(Math.Max(row.Item2, row.Item3)), Watts.FromMilliwatts(Math.Min(row.Item2, row.Item3)))).ToArray());

    [Fact]
    public void Takes_exactly_what_is_asked_or_all_there_is() =>
        Gen.Select(Groups, Gen.Int[0, 5000]).Sample((groups, by) =>
        {
            var (after, shortfall) = PriorityBands.Reduce(groups, Watts.FromMilliwatts(by));
            var freed = groups.Sum(group => group.Allocated.Milliwatts) - after.Sum(group => group.Allocated.Milliwatts);
            return freed + shortfall.Milliwatts == by && after.All(group => group.Allocated >= group.Floor)
                && (shortfall == Watts.Zero || after.All(group => group.Room == Watts.Zero));
        });

    [Fact]
    public void A_band_gives_only_when_those_below_it_are_exhausted() =>
        Gen.Select(Groups, Gen.Int[0, 5000]).Sample((groups, by) =>
        {
            var (after, _) = PriorityBands.Reduce(groups, Watts.FromMilliwatts(by));
            var touched = groups.Zip(after).Where(pair => pair.First.Allocated != pair.Second.Allocated).Select(pair => pair.First.Priority).DefaultIfEmpty(int.MaxValue).Min();
            return after.Where(group => group.Priority > touched).All(group => group.Room == Watts.Zero);
        });

    [Fact]
    public void What_was_taken_comes_back_when_there_is_enough() =>
        Gen.Select(Groups, Gen.Int[0, 5000]).Sample((groups, by) =>
        {
            var (reduced, shortfall) = PriorityBands.Reduce(groups, Watts.FromMilliwatts(by));
            var (restored, unused) = PriorityBands.Restore(reduced, Watts.FromMilliwatts(by) - shortfall);
            return unused == Watts.Zero && restored.Zip(groups).All(pair => pair.First.Allocated == pair.Second.Allocated);
        });

    [Fact]
    public void Too_little_comes_back_to_the_most_important_first()
    {
        PriorityGroup[] groups = [new("prod", 0, Watts.FromWatts(60), Watts.Zero, Watts.FromWatts(100)), new("batch", 10, Watts.FromWatts(10), Watts.Zero, Watts.FromWatts(60))];
        var (after, unused) = PriorityBands.Restore(groups, Watts.FromWatts(50));
        Assert.Equal([100, 20], after.Select(group => group.Allocated.Value));
        Assert.Equal(Watts.Zero, unused);
    }
}
