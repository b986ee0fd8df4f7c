using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public class FailsafeCapsTests
{
    private static readonly Gen<(int Racks, int Nodes, double Rack, double Row, double Feed, int Idle, int Floor, int Range)> Halls =
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 4], Gen.Double[0.3, 1.3], Gen.Double[0.3, 1.3], Gen.Double[0.3, 1.3], Gen.Int[10, 100], Gen.Int[0, 200], Gen.Int[0, 800]);

    [Fact]
    public void Whatever_runs_fired_caps_keep_every_domain_within_its_limit_or_lie_at_the_lowest() => Halls.Sample(hall =>
    {
        var layout = Layout(hall);
        var caps = FailsafeCaps.Of(layout, [.. layout.PowerDomains.Select(domain => domain.Limit)]);
        for (var domain = 0; domain < layout.PowerDomains.Count; domain++)
        {
            var (drawn, lowest) = (0.0, 0.0);
            foreach (var rack in layout.Racks.Where(rack => FailsafeCaps.IsBelow(layout, rack.PowerDomain, domain)))
            {
                drawn += rack.Overhead.Value;
                lowest += rack.Overhead.Value;
                for (var node = rack.FirstNode; node < rack.FirstNode + rack.NodeCount; node++)
                {
                    var facts = layout.Nodes[node];
                    drawn += facts.Base.Value + (facts.Gpus * caps.CapOf(node).Value);
                    lowest += facts.Base.Value + (facts.Gpus * FailsafeCaps.FloorOf(layout, node).Value);
                    Assert.InRange(caps.CapOf(node).Value, FailsafeCaps.FloorOf(layout, node).Value - 0.001, layout.GpuModels[0].Limit.Value + 0.001);
                }
            }
            Assert.True(drawn <= layout.PowerDomains[domain].Limit.Value + 0.1 || drawn <= lowest + 0.1, $"{drawn} W of {layout.PowerDomains[domain].Limit}, {lowest} W at the lowest");
        }
    });

    [Fact]
    public void What_may_be_booked_at_most_is_held_by_the_lowest_caps() => Halls.Sample(hall =>
    {
        var layout = Layout(hall);
        var (feed, model) = (layout.PowerDomains[0], layout.GpuModels[0]);
        var most = FailsafeCaps.MostBooked(layout, 0, feed.Limit);
        var standing = layout.Racks.Sum(rack => rack.Overhead.Value) + layout.Nodes.Sum(node => node.Base.Value + (node.Gpus * model.Idle.Value));
        var committed = Math.Min(most * feed.Limit.Value, standing + layout.Nodes.Sum(node => node.Gpus * (model.Limit - model.Idle).Value));
        if (committed < standing || model.Limit <= model.Idle)
            return;
        var gpus = (committed - standing) / (model.Limit - model.Idle).Value;
        var held = standing + (gpus * Math.Max(0, (FailsafeCaps.FloorOf(layout, 0) - model.Idle).Value));
        Assert.True(held <= (FailsafeCaps.Aim * feed.Limit.Value) + 0.1, $"{held} W of {feed.Limit}");
    });

    [Theory]
    [InlineData(59, 0.5, 10, 1)] // too little was seen
    [InlineData(60, 0.5, 10, 1.3)] // the ratio binds
    [InlineData(600, 0.9, 10, 1.1)] // what was drawn binds, with its guard
    [InlineData(600, 0.5, 1.05, 1.05)] // armed caps bind
    [InlineData(600, 1.2, 10, 1)] // more was drawn than booked: never less than the limit by this law
    public void Bookings_go_by_what_was_drawn(int seconds, double share, double armed, double factor) =>
        Assert.Equal(factor, new Oversubscription { MostRatio = 1.3 }.Factor([.. Enumerable.Repeat(share, seconds)], armed), 2);

    [Fact]
    public void Bookings_leave_no_more_than_a_twentieth_of_the_seconds_to_armed_caps() =>
        Gen.Double[0.2, 0.9].Array[60, 400].Sample(drawn =>
        {
            var law = new Oversubscription { MostRatio = 2 };
            var factor = law.Factor(drawn, 10);
            Assert.True(factor > 1 && drawn.Count(share => share * factor > 1) <= drawn.Length * 0.05, $"{factor}");
        });

    // A feed, a row for every two racks, a domain for each rack.
    private static HallLayout Layout((int Racks, int Nodes, double Rack, double Row, double Feed, int Idle, int Floor, int Range) hall)
    {
        var model = new HallGpuModel("gpu", Watts.FromWatts(hall.Idle), Watts.FromWatts(hall.Idle + hall.Floor + hall.Range), false) { MinimumLimit = Watts.FromWatts(hall.Floor) };
        var full = 1000 + (hall.Nodes * (2000 + (8 * model.Limit.Value)));
        var domains = new List<HallPowerDomain> { new(new PowerDomainId("feed"), "feed", -1, Watts.FromWatts(hall.Racks * full * hall.Feed)) };
        var (racks, nodes) = (new List<HallRack>(), new List<HallNode>());
        for (var rack = 0; rack < hall.Racks; rack++)
        {
            if (rack % 2 == 0)
                domains.Add(new HallPowerDomain(new PowerDomainId($"row-{rack}"), "pdu", 0, Watts.FromWatts(2 * full * hall.Row)));
            var row = domains.FindLastIndex(domain => domain.Kind == "pdu");
            domains.Add(new HallPowerDomain(new PowerDomainId($"rack-{rack}"), "rack", row, Watts.FromWatts(full * hall.Rack)));
            racks.Add(new HallRack(new RackId($"rack-{rack}"), "dgx", 0, -1, -1, domains.Count - 1, -1, -1, [], nodes.Count, hall.Nodes, Watts.FromWatts(1000), true));
            for (var node = 0; node < hall.Nodes; node++)
                nodes.Add(new HallNode(new NodeId($"rack-{rack}-n{node}"), rack, 0, 8, 1000, Gibibytes.FromGibibytes(64), Watts.FromWatts(2000), -1, GigabitsPerSecond.Zero));
        }
        return new HallLayout(new HallId("hall"), "", [model], racks.ToValueList(), nodes.ToValueList(), domains.ToValueList(), [], [], []);
    }
}
