using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;

namespace ControlPlane.Facility.Tests;

public sealed class OversubscriptionTests
{
    private static readonly Watts Envelope = Watts.FromKilowatts(100);
    private static readonly Watts Nameplate = Watts.FromKilowatts(10);
    private static readonly Watts Armed = Watts.FromKilowatts(4);

    [Fact]
    public void Without_an_observation_nameplates_count() => Assert.Equal(10, new Oversubscription().Nodes(Envelope, Nameplate, Armed, []));

    [Fact]
    public void The_quantile_with_its_guard_counts_and_the_tail_does_not()
    {
        double[] observed = [.. Enumerable.Repeat(8000.0, 95), .. Enumerable.Repeat(9900.0, 5)];
        Assert.Equal(12, new Oversubscription().Nodes(Envelope, Nameplate, Armed, observed));
        Assert.Equal(10, new Oversubscription { Quantile = 1 }.Nodes(Envelope, Nameplate, Armed, observed));
    }

    [Fact]
    public void The_ratio_bounds_idle_nodes() => Assert.Equal(13, new Oversubscription().Nodes(Envelope, Nameplate, Armed, [1000]));

    [Fact]
    public void No_more_are_admitted_than_armed_caps_can_hold() =>
        Assert.Equal(11, new Oversubscription().Nodes(Envelope, Nameplate, Watts.FromKilowatts(8.4), [1000]));

    [Fact]
    public void A_busy_hall_still_gets_what_nameplates_allow() => Assert.Equal(10, new Oversubscription().Nodes(Envelope, Nameplate, Armed, [15_000]));
}
