using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class LimitProposalTests
{
    [Fact]
    public void What_falls_makes_room_for_what_rises_and_one_bad_proposal_spoils_nothing()
    {
        DeviceLimit[] devices = [Device("a", 400), Device("b", 400), Device("c", 400)];
        var (after, applied, refused) = LimitProposals.Apply(
            devices, [("a", Watts.FromWatts(500)), ("b", Watts.FromWatts(300)), ("c", Watts.FromWatts(50)), ("d", Watts.FromWatts(300))], Watts.FromWatts(1200));
        Assert.Equal([500, 300, 400], after.Select(device => device.Limit.Value));
        Assert.Equal(["b", "a"], applied);
        Assert.Equal(["c", "d"], refused.Keys.Order());
    }

    [Fact]
    public void The_budget_is_kept_whatever_is_proposed() =>
        Gen.Select(Gen.Int[200, 700].Array[1, 8], Gen.Int[0, 900].Array[1, 8], Gen.Int[0, 2000]).Sample((limits, wishes, spare) =>
        {
            var devices = limits.Select((limit, i) => Device($"d{i}", limit)).ToList();
            var budget = Watts.FromWatts(limits.Sum() + spare);
            var (after, applied, refused) = LimitProposals.Apply(devices, [.. wishes.Select((wish, i) => ($"d{i}", Watts.FromWatts(wish)))], budget);
            return after.Sum(device => device.Limit.Value) <= budget.Value && after.All(device => device.Accepts(device.Limit))
                && applied.Count + refused.Count == wishes.Length;
        });

    [Fact]
    public void Over_a_lowered_budget_limits_still_fall()
    {
        var (after, _, refused) = LimitProposals.Apply(
            [Device("a", 400), Device("b", 400)], [("a", Watts.FromWatts(300)), ("b", Watts.FromWatts(450))], Watts.FromWatts(500));
        Assert.Equal([300, 400], after.Select(device => device.Limit.Value));
        Assert.Equal(["b"], refused.Keys);
    }

    private static DeviceLimit Device(string name, double watts) =>
        new(name, Watts.FromWatts(watts), Watts.FromWatts(200), Watts.FromWatts(700));
}
