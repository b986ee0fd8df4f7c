using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Racks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ControlPlane.Grains.Tests;

/// <summary>A signal and the orders that follow it may come in any order; armed caps hold as the newest of both says.</summary>
public sealed class RackFailsafeTests
{
    private static readonly RackCard Card = new(new RackId("r"), true, 0, [new NodeCard(new NodeId("n"), 2, 100, 700, 500) { FloorWatts = 200 }], 25);
    private static readonly Guid Hall = Guid.NewGuid();

    private readonly FailsafeLine _line = new(new SimulatedFleet(Options.Create(new FactoryOptions()), new FakeTimeProvider()));
    private readonly RackFailsafe _failsafe;

    public RackFailsafeTests() => _failsafe = _line.Join(new RackId("r"));

    [Fact]
    public void A_signal_holds_at_once_and_until_orders_of_its_entry_release_it()
    {
        _failsafe.Follow(Orders(4), isNewHall: true);
        _failsafe.Fire(7, 0.5);
        Assert.True(_failsafe.Holds);

        _failsafe.Follow(Orders(6), isNewHall: false); // Given before the signal, come in after it.
        Assert.True(_failsafe.Holds);

        _failsafe.Follow(Orders(7) with { IsFailsafeOn = true, ArmedLevel = 0.5 }, isNewHall: false);
        Assert.True(_failsafe.Holds);

        _failsafe.Follow(Orders(9), isNewHall: false);
        Assert.False(_failsafe.Holds);
    }

    [Fact]
    public void A_signal_older_than_the_orders_or_before_any_changes_nothing()
    {
        _failsafe.Fire(3, 0);
        Assert.False(_failsafe.Holds);

        _failsafe.Follow(Orders(9), isNewHall: true);
        _failsafe.Fire(9, 0);
        Assert.False(_failsafe.Holds);
    }

    [Fact]
    public void A_hall_that_starts_anew_without_the_entry_ends_its_signal()
    {
        _failsafe.Follow(Orders(4), isNewHall: true);
        _failsafe.Fire(7, 0.5);

        _failsafe.Follow(Orders(6), isNewHall: true);
        Assert.False(_failsafe.Holds);
    }

    [Fact]
    public void Only_the_grain_that_joined_last_is_reached_and_only_it_can_leave()
    {
        var (old, current) = (_failsafe, _line.Join(Card.Rack));
        current.Follow(Orders(1), isNewHall: true);
        old.Follow(Orders(1), isNewHall: true);
        _line.Leave(Card.Rack, old);

        _line.Fire(Card.Rack, 2, 0);
        Assert.True(current.Holds);
        Assert.False(old.Holds);

        _line.Leave(Card.Rack, current);
        _line.Fire(Card.Rack, 3, 1); // Nobody is there: nothing happens, least of all an error.
    }

    [Fact]
    public void The_agent_of_a_node_is_told_what_its_devices_are_to_keep_and_when_no_longer()
    {
        var agent = new Listening();
        _line.Connect(new NodeId("n"), agent);
        _failsafe.Follow(Orders(4) with { Rack = Card with { Simulated = false } }, isNewHall: true);
        _failsafe.Fire(7, 0.5);
        _failsafe.Follow(Orders(9) with { Rack = Card with { Simulated = false } }, isNewHall: false);
        Assert.Equal([new ArmedCap(Hall, 7, 450), new ArmedCap(Hall, 9, 0)], agent.Heard);
        Assert.Equal(2, _failsafe.AgentCaps.Count);

        _line.Disconnect(new NodeId("n"), agent);
        _failsafe.Fire(12, 0);
        Assert.Equal(2, agent.Heard.Count);
        Assert.All(_failsafe.AgentCaps, one => Assert.Equal(200, one.Cap.Watts));
    }

    private sealed class Listening : IArmedNode
    {
        public List<ArmedCap> Heard { get; } = [];

        public void Hold(ArmedCap cap) => Heard.Add(cap);
    }

    private static RackOrders Orders(long revision) => new(new HallId("hall"), revision, Hall, true, Card, []);
}
