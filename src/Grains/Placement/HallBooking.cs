using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// How much is booked over the limits of domains that allow it: as much more as their racks were seen to draw less than
/// is committed. It rises in small steps, falls at once, and is nothing while readings are missing or after an excursion.
/// </summary>
internal sealed class HallBooking(HallBook book, FactoryOptions options, Func<DateTimeOffset> now, Action<LedgerEntry> record)
{
    /// <summary>Seconds of readings that are kept, one a second.</summary>
    private const int Window = 900;

    private const double Rise = 0.02;
    private const double Hysteresis = 0.01;

    /// <summary>How long after an excursion nothing more is booked: one cycle in five minutes at most.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(5);

    private readonly Dictionary<PowerDomainId, Queue<double>> _drawn = [];
    private readonly Dictionary<PowerDomainId, DateTimeOffset> _lastExcursion = [];
    private readonly Dictionary<PowerDomainId, DateTimeOffset> _unknownSince = [];
    private DateTimeOffset _observedAt;
    private DateTimeOffset _bookedAt = now();

    private long Next => book.Sequence + 1;

    /// <summary>Observes, and books more or less where that is due; to be called once a report period.</summary>
    public void Steer(IReadOnlyList<ObservedPower> observed)
    {
        // Once a second, however often racks report.
        if (book.State is not { } state || (now() - _observedAt).Duration() < TimeSpan.FromSeconds(1))
            return;
        _observedAt = now();
        var isDue = (now() - _bookedAt).Duration() >= options.SteeringPeriod;
        if (isDue)
            _bookedAt = now();
        for (var domain = 0; domain < state.Layout.PowerDomains.Count; domain++)
        {
            var (facts, factor) = (state.Layout.PowerDomains[domain], book.Limits.BookedOver(state.Layout.PowerDomains[domain].Id));
            if (facts.MostBooked == 1 && factor == 1)
                continue;
            if (Observe(domain, observed[domain]) && isDue)
                Book(domain, factor);
        }
    }

    // False while nothing can be told.
    private bool Observe(int domain, ObservedPower observed)
    {
        var (state, name) = (book.State!, book.State!.Layout.PowerDomains[domain].Id);
        var isFired = book.Limits.FiredFor(name.Value).Count > 0;
        if (isFired)
            _lastExcursion[name] = now();
        if (observed.IsEstimate)
        {
            if (!_unknownSince.TryAdd(name, now()) && now() - _unknownSince[name] > options.SilentRack && book.Limits.BookedOver(name) > 1)
                record(new PowerBooked(Next, now(), name, 1, "Readings are missing: what is committed counts."));
            _drawn.Remove(name);
            return false;
        }
        _unknownSince.Remove(name);
        if (isFired)
            return false;
        var drawn = _drawn.TryGetValue(name, out var known) ? known : _drawn[name] = [];
        drawn.Enqueue(observed.Watts / state.PowerCommitted(domain));
        if (drawn.Count > Window)
            drawn.Dequeue();
        return true;
    }

    private void Book(int domain, double factor)
    {
        var facts = book.State!.Layout.PowerDomains[domain];
        var law = new Oversubscription { MostRatio = facts.MostBooked };
        var armed = FailsafeCaps.MostBooked(book.State.Layout, domain, book.Limits.AtMeter(book.State, domain));
        var aim = law.Factor([.. _drawn[facts.Id]], armed);
        if (aim > factor && _lastExcursion.TryGetValue(facts.Id, out var last) && now() - last < Calm)
            return;
        var next = aim < factor ? aim : Math.Min(aim, factor + Rise);
        // What is booked stays where it is while only noise moves it.
        if (next < factor - Hysteresis || next >= factor + Hysteresis || (next != factor && (next == 1 || factor < 1)))
            record(new PowerBooked(Next, now(), facts.Id, Math.Round(next, 3), Because(facts.Id, next > factor)));
    }

    private string Because(PowerDomainId domain, bool isMore)
    {
        var drawn = _drawn[domain];
        return $"{drawn.Average():P0} of what was committed was drawn in the last {drawn.Count} s: {(isMore ? "more" : "less")} may be booked.";
    }
}
