using ControlPlane.Domain.Units;

namespace ControlPlane.Simulation.Twin;

/// <summary>What a controller may do to a virtual hall; every order takes its time.</summary>
/// <param name="hall">The hall.</param>
/// <param name="latencies">How long orders take.</param>
public sealed class TwinControls(TwinHall hall, TwinLatencies latencies)
{
    private readonly PriorityQueue<Action, (TimeSpan Due, long Order)> _pending = new();
    private readonly HashSet<TwinPart> _armed = [];
    private long _orders;

    /// <summary>The hall: what is built, not what a controller could only learn by readings.</summary>
    public TwinHall Hall { get; } = hall;

    /// <summary>How long orders take.</summary>
    public TwinLatencies Latencies { get; } = latencies;

    /// <summary>Orders given so far.</summary>
    public long Orders => _orders;

    /// <summary>Sets a cap.</summary>
    public void SetCap(TwinPart part, Watts cap) => After(Latencies.Cap, () => part.Cap = cap < part.Job.LeastCap ? part.Job.LeastCap : cap);

    /// <summary>GPUs that have a cap armed.</summary>
    public int ArmedGpus => _armed.Sum(part => part.Gpus);

    /// <summary>Stores a cap on the nodes, for a signal to put in force.</summary>
    public void Arm(TwinPart part, Watts cap)
    {
        ArgumentNullException.ThrowIfNull(part);
        _armed.Add(part);
        if (!part.IsFailsafeOn)
            part.Failsafe = cap < part.Job.LeastCap ? part.Job.LeastCap : cap;
    }

    /// <summary>Puts armed caps in force by one signal.</summary>
    public void Fire(IReadOnlyList<TwinPart> parts, string why)
    {
        Hall.Say($"armed caps of {parts.Sum(part => part.Gpus)} GPUs are fired: {why}");
        After(Latencies.Failsafe, () =>
        {
            foreach (var part in parts)
                part.IsFailsafeOn = true;
        });
    }

    /// <summary>Takes armed caps out of force.</summary>
    public void Release(IReadOnlyList<TwinPart> parts) => After(Latencies.Cap, () =>
    {
        foreach (var part in parts)
            part.IsFailsafeOn = false;
    });

    /// <summary>Has a job save its work and wait.</summary>
    public void Pause(TwinJob job, string why)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.State != TwinJobState.Running)
            return;
        Hall.Say($"{job.Name} is to save its work and wait: {why}");
        After(Latencies.Cap, () =>
        {
            if (job.State == TwinJobState.Running)
                (job.State, job.SavingSeconds) = (TwinJobState.Saving, 0);
        });
    }

    /// <summary>Lets a job that waits, or whose GPUs are fed again, go on from what it saved.</summary>
    public void Resume(TwinJob job, string why)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.State is not (TwinJobState.Paused or TwinJobState.Stopped))
            return;
        Hall.Say($"{job.Name} goes on: {why}");
        After(Latencies.Cap, () => job.State = TwinJobState.Running);
    }

    /// <summary>Switches a rack off.</summary>
    public void SwitchOff(TwinRack rack, string why)
    {
        ArgumentNullException.ThrowIfNull(rack);
        Hall.Say($"{rack.Name} is switched off: {why}");
        After(Latencies.Cap, () => rack.SwitchOff(Hall.Now));
    }

    /// <summary>Starts a stopped or paused job's GPUs of one rack in another.</summary>
    public void Move(TwinPart part, int rack, TimeSpan restart, string why)
    {
        ArgumentNullException.ThrowIfNull(part);
        Hall.Say($"{part.Job.Name} moves from {Hall.Racks[part.Rack].Name} to {Hall.Racks[rack].Name}: {why}");
        part.MovesTo = rack;
        After(restart, () =>
        {
            (part.Rack, part.MovesTo, part.IsFailsafeOn) = (rack, -1, false);
            part.Die = Hall.Die.Settled(part.Job.Idle, Hall.Racks[rack].Inlet);
            part.Job.State = TwinJobState.Running;
        });
    }

    /// <summary>Has a job save its work and go on over another link, or none.</summary>
    public void Reroute(TwinJob job, int link, TimeSpan restart, string why)
    {
        ArgumentNullException.ThrowIfNull(job);
        Pause(job, why);
        After(Latencies.Cap + job.CheckpointTime + restart, () =>
        {
            if (job.State != TwinJobState.Paused)
                return;
            (job.Link, job.State) = (link, TwinJobState.Running);
            Hall.Say($"{job.Name} goes on: {why}");
        });
    }

    /// <summary>Starts a job that has come, in a rack and with a cap.</summary>
    public void Start(TwinJob job, int rack, int gpus, Watts cap, string why)
    {
        ArgumentNullException.ThrowIfNull(job);
        Hall.Say($"{job.Name} starts in {Hall.Racks[rack].Name}: {why}");
        job.On(rack, gpus);
        job.Parts[^1].Cap = cap;
        job.Parts[^1].Die = Hall.Die.Settled(job.Idle, Hall.Racks[rack].Inlet);
        job.State = TwinJobState.Running;
    }

    /// <summary>Carries out what is due.</summary>
    internal void Apply()
    {
        while (_pending.TryPeek(out var action, out var key) && key.Due <= Hall.Now)
        {
            _pending.Dequeue();
            action();
        }
    }

    private void After(TimeSpan wait, Action action) => _pending.Enqueue(action, (Hall.Now + wait, _orders++));
}
