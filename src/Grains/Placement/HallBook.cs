using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Grains.Grid;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// What a hall is: the projection of its ledger. Every change goes through <see cref="Apply"/>, which decides
/// nothing, so the same entries always make the same hall.
/// </summary>
internal sealed partial class HallBook
{
    private readonly HallJobs _known = new();

    /// <summary>The last entry applied.</summary>
    public long Sequence { get; private set; }

    /// <summary>Grows with every entry that changes what fits in the hall.</summary>
    public long Changes { get; private set; }

    /// <summary>The last entry that something other than a scheduling cycle made, and that may change what a cycle does.</summary>
    public long LastEvent { get; private set; }

    /// <summary>The factory's version that the layout came from; 0 without a layout.</summary>
    public long Version { get; private set; }

    /// <summary>The hall's state for placement, or null before it has a layout.</summary>
    public HallState? State { get; private set; }

    /// <summary>Where each name stands in the layout.</summary>
    public HallNames Names { get; private set; } = HallNames.Empty;

    /// <summary>The jobs the hall knows: waiting, holding GPUs, or ended and not yet acknowledged.</summary>
    public IReadOnlyDictionary<JobId, JobEntry> Jobs => _known.All;

    /// <summary>Waiting jobs in the order in which they are tried.</summary>
    public IEnumerable<JobEntry> Waiting => Line.InOrder.Select(waiting => Jobs[waiting.Job]);

    /// <summary>The waiting jobs as placement sees them; changed here only.</summary>
    public WaitingJobs Line => _known.Line;

    /// <summary>Jobs that hold something in a rack, oldest generation first.</summary>
    public IEnumerable<JobEntry> OnRack(int rack) => _known.OnRack(rack);

    /// <summary>Jobs whose racks have not all confirmed a lower power limit, by name.</summary>
    public IReadOnlyCollection<JobId> BeingLowered => _known.BeingLowered;

    /// <summary>What the grid says of its energy over time; null when nobody said.</summary>
    public GridSignal? Signal { get; private set; }

    /// <summary>Jobs whose start is put off; they are not in the line.</summary>
    public IReadOnlyCollection<JobId> Deferred => _known.Deferred;

    /// <summary>How many jobs wait in the line.</summary>
    public int WaitingCount => Line.Count;

    /// <summary>Jobs that ended since the hall's first day.</summary>
    public long Ended { get; private set; }

    /// <summary>Tokens of ended jobs.</summary>
    public double Tokens { get; private set; }

    /// <summary>What is out of order.</summary>
    public HallConditions Conditions { get; } = new();

    /// <summary>What power domains may carry.</summary>
    public HallLimits Limits { get; } = new();

    /// <summary>Applies the next entry.</summary>
    /// <exception cref="InvalidOperationException">The entry is not the next one, or contradicts the hall.</exception>
    public void Apply(LedgerEntry entry)
    {
        if (entry.Sequence != Sequence + 1)
            throw new InvalidOperationException($"Entry {entry.Sequence} follows entry {Sequence}: the ledger has a gap.");
        Sequence = entry.Sequence;
        if (entry is not (JobQueued or JobRefused or JobStarted or JobForgotten or PowerLowered or StragglersChanged))
            Changes++;
        if (entry is not (StepTaken or JobPlaced { Spec: null } or JobRefused or JobStarted or JobForgotten or PowerLowered or StragglersChanged))
            LastEvent = entry.Sequence;
        switch (entry)
        {
            case HallConfigured configured:
                Configure(configured);
                break;
            case PowerLimitAsked asked:
                Ask(asked);
                break;
            case PowerBooked booked:
                Limits.Apply(booked, Names, State!);
                break;
            case FailsafeFired fired:
                Fire(fired);
                break;
            case FailsafeReleased released:
                Limits.Apply(released, Names, State!);
                break;
            case NodeConditionChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case RackHeatChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case LoopChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case RackConditionChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case NodeReachChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case NodeHealthChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case GpuConditionChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case LinkChanged changed:
                Cut(changed);
                break;
            default:
                ApplyToJob(entry);
                break;
        }
        Limits.Settle(State, Names);
    }

    private void ApplyToJob(LedgerEntry entry)
    {
        switch (entry)
        {
            case JobQueued queued:
                Put(JobEffects.Of(queued));
                break;
            case JobRefused refused:
                Ended++;
                Put(JobEffects.Of(refused));
                break;
            case JobPlaced placed:
                Place(placed);
                break;
            case JobStarted started:
                Put(Jobs[started.Job] with { Sequence = started.Sequence, Phase = JobPhase.Running, StartedAt = started.StartedAt });
                break;
            case StepTaken step:
                Take(step);
                break;
            case PowerLowered lowered:
                foreach (var (job, percent) in lowered.Jobs)
                    Put(PowerEffects.Lowered(Jobs[job], percent, lowered));
                break;
            case PowerConfirmed confirmed:
                SetPercents(confirmed.Jobs, confirmed.Sequence);
                break;
            case PowerRaised raised:
                SetPercents(raised.Jobs, raised.Sequence);
                break;
            case SignalGiven given:
                Signal = given.Signal;
                foreach (var changed in given.Jobs)
                    Put(Deferrals.Changed(Jobs[changed.Job], changed, given.Sequence));
                break;
            case DeferralsEnded due:
                foreach (var job in due.Jobs)
                    Put(Deferrals.Ended(Jobs[job], due.Sequence));
                break;
            case JobEnded ended:
                End(ended);
                break;
            case StragglersChanged changed:
                Put(Jobs[changed.Job] with { Sequence = changed.Sequence, SlowRanks = changed.Ranks, Slow = changed.Message });
                break;
            case JobForgotten forgotten:
                _known.Forget(forgotten.Job);
                break;
            default:
                throw new InvalidOperationException($"The ledger holds an entry of a kind this version does not know: {entry.GetType().Name}.");
        }
    }

    private void Place(JobPlaced placed)
    {
        var known = Jobs.GetValueOrDefault(placed.Job);
        var spec = known?.Spec ?? placed.Spec ?? throw new InvalidOperationException($"Entry {placed.Sequence} places {placed.Job}, which the hall has not heard of.");
        State!.Assign(placed.Job, spec, placed.Decision.Assignment);
        Put(JobEffects.Of(placed, known, spec, Names));
    }

    private void Take(StepTaken taken)
    {
        var step = taken.Step;
        var spec = Jobs.TryGetValue(step.Job, out var known) ? known.Spec
            : throw new InvalidOperationException($"Entry {taken.Sequence} is about {step.Job}, which the hall has not heard of.");
        step.ApplyTo(State!, spec);
        foreach (var job in StepEffects.Of(taken, Jobs, Names))
            Put(job);
    }

    private void SetPercents(ValueList<JobPercent> jobs, long sequence)
    {
        foreach (var (job, percent) in jobs)
        {
            var entry = PowerEffects.Set(Jobs[job], percent, sequence, Names.Layout);
            State!.Reassign(job, entry.Assignment!);
            Put(entry);
        }
    }

    private void Cut(LinkChanged changed)
    {
        Conditions.Set(changed, Names, State!);
        foreach (var job in changed.Across.Where(job => State!.Contains(job)))
            Put(Jobs[job] with { Sequence = changed.Sequence, Notice = LinkText.Notice(Jobs[job], State!) });
    }

    private void End(JobEnded ended)
    {
        var job = Jobs[ended.Job];
        if (job.Assignment is not null)
            State!.Release(ended.Job);
        Ended++;
        Tokens += ended.Tokens;
        Put(JobEffects.Of(ended, job));
    }

    private void Put(JobEntry job) => _known.Put(job, Names);
}
