using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using ControlPlane.Scheduling;
using ControlPlane.Testing;
using CsCheck;

namespace ControlPlane.Grains.Tests;

/// <summary>A hall's guard, booking and ramp under readings, orders and clocks that may be anything.</summary>
public class GuardProperties
{
    private static readonly Gen<(int What, int Which, double Share, int Amount)> Happenings =
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 9], Gen.Double[0, 1.4], Gen.Int[0, 100]);

    [Fact]
    public void Nothing_is_committed_above_the_limit_in_force_whatever_is_read_lost_or_asked() => Happenings.List[1, 120].Sample(
        happenings =>
        {
            var hall = new GuardedHall(1.3);
            foreach (var happening in happenings)
            {
                hall.Happen(happening);
                hall.Verify();
            }
        },
        iter: 300);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.97)]
    public void At_constant_load_bookings_come_to_rest(double share)
    {
        var hall = new GuardedHall(1.3);
        for (var job = 0; job < 12; job++)
            hall.Happen((0, job, 0, 3));
        for (var second = 0; second < 1200; second++)
            hall.Second(share);
        var (settled, factor) = (hall.Recorded.Count, hall.Book.Limits.BookedOver(GuardedHall.Feed));
        for (var second = 0; second < 1200; second++)
            hall.Second(share);
        Assert.Equal(settled, hall.Recorded.Count);
        Assert.InRange(factor, 1, 1.3);
        Assert.Empty(hall.Recorded.OfType<FailsafeFired>());
    }

    [Fact]
    public void What_was_fired_is_let_go_rack_by_rack_no_faster_than_the_ramp()
    {
        var hall = new GuardedHall(1);
        for (var job = 0; job < 12; job++)
            hall.Happen((0, job, 0, 3));
        hall.Second(1);
        hall.Ask(Watts.FromKilowatts(47), LimitUrgency.Emergency);
        Assert.Single(hall.Recorded.OfType<FailsafeFired>());
        for (var second = 0; second < 600; second++)
            hall.Second(0.6);
        var released = hall.Recorded.OfType<FailsafeReleased>().ToList();
        Assert.Equal(4, released.Sum(entry => entry.Racks.Count));
        Assert.True(released.Count > 1, "all racks were let go at once");
        for (var index = 1; index < released.Count; index++)
            Assert.True(released[index].At - released[index - 1].At >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void No_more_jobs_are_paused_than_what_is_drawn_calls_for()
    {
        var hall = new GuardedHall(1);
        for (var job = 0; job < 12; job++)
            hall.Happen((0, job, 0, 3)); // 2.5 kW each, of which six tenths are drawn, beside 23 kW that racks draw idle.
        for (var second = 0; second < 20; second++)
            hall.Second(0.6);
        hall.Ask(Watts.FromKilowatts(40), LimitUrgency.Emergency);
        for (var second = 0; second < 120; second++)
            hall.Second(0.6);
        Assert.Single(hall.Recorded.OfType<StepTaken>());
        Assert.Empty(hall.Book.Limits.Fired);
    }

    /// <summary>A hall of four racks below one feed, driven without grains; what it is told to fire is held at once.</summary>
    private sealed class GuardedHall
    {
        public static readonly PowerDomainId Feed = new("feed");

        private readonly HallTelemetry _telemetry = new(TimeSpan.FromSeconds(5));
        private readonly FactoryOptions _options = new();
        private readonly HallDecisions _decisions;
        private readonly HallPower _power;
        private readonly HallGuard _guard;
        private readonly HallBooking _booking;
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private int _jobs;

        public GuardedHall(double oversubscription)
        {
            Record(new HallConfigured(1, _now, 1, Layout(oversubscription)));
            _decisions = new HallDecisions(Book, PlacementProfile.Factory, 1, () => _now, Record);
            _power = new HallPower(Book, 0.01, 1, () => _now, Record);
            _guard = new HallGuard(Book, _telemetry, _power, _options, () => _now, Record, _ => { })
            {
                Shed = step => _decisions.Take(step, (ulong)(Book.Sequence + 1), null, "test"),
            };
            _booking = new HallBooking(Book, _options, () => _now, Record);
        }

        public HallBook Book { get; } = new();

        public List<LedgerEntry> Recorded { get; } = [];

        public void Happen((int What, int Which, double Share, int Amount) happening)
        {
            var (what, which, share, amount) = happening;
            switch (what)
            {
                case 0:
                    Submit(which, amount);
                    break;
                case 1:
                    _now += TimeSpan.FromSeconds(amount % 20 == 0 ? -30 : 1 + (amount % 15)); // Clocks are set back, too.
                    break;
                case 2:
                    Report(which % 4, amount % 10 == 0 ? double.NaN : share, isLost: amount % 3 == 0);
                    break;
                case 3:
                    Ask(amount % 4 == 0 ? null : Watts.FromKilowatts(40 + (amount * 0.2)), (LimitUrgency)(which % 3));
                    break;
                case 4 when Book.Jobs.Values.FirstOrDefault(job => job.Assignment is not null) is { } running:
                    _decisions.Cancel(running.Job);
                    break;
                default:
                    Second(share);
                    break;
            }
        }

        /// <summary>A second passes; every rack reports a share of what is committed beyond its standing draw, and its orders are followed.</summary>
        public void Second(double share)
        {
            _now += TimeSpan.FromSeconds(1);
            for (var rack = 0; rack < 4; rack++)
                Report(rack, share, isLost: false);
            var observed = _telemetry.Power(Book.State!, _now);
            _guard.Look(observed);
            _power.Relieve();
            _guard.Climb(observed);
            _booking.Steer(observed);
            _power.MakeRoom();
            _power.Restore();
        }

        public void Ask(Watts? limit, LimitUrgency urgency)
        {
            if (HallLimits.Objection(Book.State!, 0, limit) is not null)
                return;
            Record(new PowerLimitAsked(Book.Sequence + 1, _now, Feed, limit) { Urgency = urgency });
            _guard.Look(_telemetry.Power(Book.State!, _now));
            _power.Relieve();
        }

        public void Verify()
        {
            var state = Book.State!;
            state.Verify();
            for (var domain = 0; domain < state.Layout.PowerDomains.Count; domain++)
            {
                Assert.True(state.PowerCommitted(domain) <= state.PowerLimit(domain), $"{state.PowerCommitted(domain)} of {state.PowerLimit(domain)}");
                Assert.InRange(Book.Limits.BookedOver(state.Layout.PowerDomains[domain].Id), 0, state.Layout.PowerDomains[domain].MostBooked);
            }
            // What is stored and read again is the same hall.
            var again = HallBook.FromRow(Book.ToRow());
            Assert.Equal(Book.Limits.Fired, again.Limits.Fired);
            Assert.Equal(state.PowerLimit(0), again.State!.PowerLimit(0));
        }

        private void Submit(int which, int amount)
        {
            var job = new JobId($"job-{_jobs++}");
            var spec = TestJobs.Gang(gpus: 4, seconds: 10_000, priority: 100 + which) with
            {
                PowerPercents = amount % 2 == 0 ? [100, 75, 50] : [],
                Preemptible = amount % 5 != 0,
            };
            var (decision, seed) = _decisions.Decide(job, spec);
            _decisions.Submit(job, spec, decision, seed);
        }

        private void Report(int rack, double share, bool isLost)
        {
            var (state, id) = (Book.State!, Book.Names.Layout.Racks[rack].Id);
            var standing = state.StandingDraw(1 + rack).Value;
            var watts = standing + ((state.RackDraw(rack).Value - standing) * (Book.Limits.IsFired(id) ? Math.Min(share, 0.2) : share));
            _telemetry.Hear(new RackReport(id, 0, [], [], watts, 50, []), _now);
            _power.Hear(id, isLost ? 0 : Book.Sequence);
        }

        private void Record(LedgerEntry entry)
        {
            Book.Apply(entry);
            Recorded.Add(entry);
        }

        private static HallLayout Layout(double oversubscription)
        {
            var model = new HallGpuModel("gpu", Watts.FromWatts(80), Watts.FromWatts(700), false) { MinimumLimit = Watts.FromWatts(200) };
            var domains = new List<HallPowerDomain> { new(Feed, "feed", -1, Watts.FromKilowatts(55)) { MostBooked = oversubscription } };
            var (racks, nodes) = (new List<HallRack>(), new List<HallNode>());
            for (var rack = 0; rack < 4; rack++)
            {
                domains.Add(new HallPowerDomain(new PowerDomainId($"rack-{rack}"), "rack", 0, Watts.FromKilowatts(25)));
                racks.Add(new HallRack(new RackId($"rack-{rack}"), "dgx", 0, -1, -1, 1 + rack, -1, -1, [], nodes.Count, 2, Watts.FromWatts(500), true));
                for (var node = 0; node < 2; node++)
                    nodes.Add(new HallNode(new NodeId($"rack-{rack}-n{node}"), rack, 0, 8, 100_000, Gibibytes.FromGibibytes(640), Watts.FromWatts(2000), -1, GigabitsPerSecond.Zero));
            }
            return new HallLayout(new HallId("hall"), "", [model], racks.ToValueList(), nodes.ToValueList(), domains.ToValueList(), [], [], [new HallQueue(new QueueId("default"), -1, -1)]);
        }
    }
}
