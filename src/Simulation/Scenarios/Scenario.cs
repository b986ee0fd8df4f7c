using ControlPlane.Domain.Units;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>An emergency in a virtual hall, and what must come of it.</summary>
public abstract class Scenario
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What happens, in one sentence.</summary>
    public abstract string About { get; }

    /// <summary>How long it is played.</summary>
    public abstract TimeSpan Length { get; }

    /// <summary>The step of virtual time.</summary>
    public virtual TimeSpan Step => TimeSpan.FromMilliseconds(100);

    /// <summary>When it happens: what comes before is the time to settle.</summary>
    public virtual TimeSpan Begins => TimeSpan.FromSeconds(60);

    /// <summary>How long orders take.</summary>
    public virtual TwinLatencies Latencies => TwinLatencies.Usual;

    /// <summary>The hall before it happens.</summary>
    public abstract TwinHall Build();

    /// <summary>The product's controller as this scenario needs it set.</summary>
    public virtual LadderOptions Options => new();

    /// <summary>The same in halls that are provisioned otherwise and need no control, to compare with; none by default.</summary>
    public virtual IReadOnlyList<(string Name, Scenario Scenario)> Uncontrolled => [];

    /// <summary>What happens at an instant; called before every step.</summary>
    /// <param name="hall">The hall.</param>
    /// <param name="signal">Hard-wired signals: what happened, and the index of the domain or loop concerned.</param>
    public abstract void Happen(TwinHall hall, Action<TwinSignal, int> signal);

    /// <summary>What the product must reach; the baselines are only measured.</summary>
    public abstract IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all);

    /// <summary>How far the root's load lies below what was asked, over the limit; 0 where nothing is asked.</summary>
    public virtual double OvershootOf(TwinHall hall) => 0;

    /// <summary>Figures of this scenario alone.</summary>
    internal virtual IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>();

    /// <summary>True when the hall stands at the instant of the event, to the step.</summary>
    protected bool IsAt(TwinHall hall, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(hall);
        return hall.Now <= at && hall.Now + Step > at;
    }

    /// <summary>A domain whose breaker counts in watts.</summary>
    protected static Facility.Breakers.Breaker BreakerAt(Watts rating) => new(Facility.Breakers.TripCurves.IecExtremelyInverse, rating.Value, 8);
}
