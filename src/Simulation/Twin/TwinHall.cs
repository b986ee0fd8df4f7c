using ControlPlane.Domain.Units;
using ControlPlane.Facility;

namespace ControlPlane.Simulation.Twin;

/// <summary>
/// A virtual hall: power, heat and work advance together in small steps of virtual time. The same hall and the same orders
/// give the same course.
/// </summary>
public sealed class TwinHall
{
    /// <summary>The electrical tree; a parent comes before its children.</summary>
    public List<TwinDomain> Domains { get; } = [];

    /// <summary>Cooling loops and air zones.</summary>
    public List<TwinLoop> Loops { get; } = [];

    /// <summary>Racks.</summary>
    public List<TwinRack> Racks { get; } = [];

    /// <summary>Links that collectives cross.</summary>
    public List<TwinLink> Links { get; } = [];

    /// <summary>Jobs.</summary>
    public List<TwinJob> Jobs { get; } = [];

    /// <summary>How a die warms.</summary>
    public ThermalMass Die { get; init; } = ThermalMass.ColdPlate;

    /// <summary>Die temperature at which a device throttles itself to its lowest cap.</summary>
    public Celsius Slowdown { get; init; } = Celsius.FromDegrees(89);

    /// <summary>Die temperature at which a device shuts down.</summary>
    public Celsius Shutdown { get; init; } = Celsius.FromDegrees(92);

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>All parts of all jobs.</summary>
    public IEnumerable<TwinPart> Parts => Jobs.SelectMany(job => job.Parts);

    /// <summary>What happened, in order.</summary>
    public List<(TimeSpan At, string What)> Events { get; } = [];

    /// <summary>Lets dies and loads settle at the start.</summary>
    public void Settle()
    {
        Draw();
        foreach (var part in Parts)
        {
            part.Die = Die.Settled(Watts.FromWatts(part.DrawWatts), Racks[part.Rack].Inlet);
            part.Job.Speed = SpeedOf(part.Job);
        }
    }

    /// <summary>Advances by a step.</summary>
    public void Step(TimeSpan step)
    {
        Draw();
        foreach (var domain in Domains)
        {
            if (domain.Protect(step))
                Say($"{domain.Name} gives up at {domain.LoadFraction:P0} of its limit");
        }
        foreach (var part in Parts)
            Warm(part, step);
        foreach (var loop in Loops.Where(loop => loop is { IsWaterLost: true, IsFlowLost: false, Coolant: not null }))
            loop.Supply = loop.Coolant!.Value.After(loop.Supply, Watts.FromWatts(loop.HeatWatts), step);
        foreach (var link in Links)
            link.Pass(step);
        foreach (var job in Jobs)
            Work(job, step);
        Now += step;
    }

    /// <summary>Writes an event.</summary>
    public void Say(string what) => Events.Add((Now, what));

    /// <summary>True when a rack has power.</summary>
    public bool IsFed(int rack)
    {
        for (var domain = Racks[rack].Domain; domain >= 0; domain = Domains[domain].Parent)
        {
            if (Domains[domain].IsDown)
                return false;
        }
        return !Racks[rack].IsOff;
    }

    /// <summary>True when a rack is fed through a domain.</summary>
    public bool IsBelow(int rack, int domain)
    {
        for (var above = Racks[rack].Domain; above >= 0; above = Domains[above].Parent)
        {
            if (above == domain)
                return true;
        }
        return false;
    }

    private void Draw()
    {
        foreach (var domain in Domains)
            domain.LoadWatts = 0;
        foreach (var loop in Loops)
            loop.HeatWatts = 0;
        for (var rack = 0; rack < Racks.Count; rack++)
            Racks[rack].LoadWatts = IsFed(rack) ? Racks[rack].Overhead.Value : 0;
        foreach (var part in Parts)
        {
            SetDraw(part);
            Racks[part.Rack].LoadWatts += part.DrawWatts * part.Gpus;
        }
        foreach (var rack in Racks)
        {
            Loops[rack.Loop].HeatWatts += rack.LoadWatts;
            for (var domain = rack.Domain; domain >= 0; domain = Domains[domain].Parent)
                Domains[domain].LoadWatts += rack.LoadWatts;
        }
        for (var loop = 0; loop < Loops.Count; loop++)
            SetInlets(loop);
    }

    private void SetDraw(TwinPart part)
    {
        var job = part.Job;
        if (!IsFed(part.Rack))
        {
            (part.DrawWatts, part.Throughput) = (0, 0);
            return;
        }
        if (job.State is TwinJobState.Paused or TwinJobState.Stopped)
        {
            (part.DrawWatts, part.Throughput) = (job.Idle.Value, 0);
            return;
        }
        var demand = job.Demand(Now);
        var cap = part.IsThrottled && job.LeastCap < part.InForce ? job.LeastCap : part.InForce;
        var point = job.Curve.Under(cap < job.LeastCap ? job.LeastCap : cap, demand > job.Idle ? demand : job.Idle);
        (part.DrawWatts, part.Throughput) = (Math.Max(point.Draw.Value, job.Idle.Value), point.Throughput);
    }

    private void SetInlets(int loop)
    {
        var racks = Racks.Where(rack => rack.Loop == loop).ToList();
        var inlets = Loops[loop].Recirculation?.Inlets([.. racks.Select(rack => Watts.FromWatts(rack.LoadWatts))], Loops[loop].Supply);
        for (var index = 0; index < racks.Count; index++)
            racks[index].Inlet = inlets?[index] ?? Loops[loop].Supply;
    }

    private void Warm(TwinPart part, TimeSpan step)
    {
        var (draw, rack) = (Watts.FromWatts(part.DrawWatts), Racks[part.Rack]);
        part.Die = Loops[rack.Loop].IsFlowLost
            ? Celsius.FromDegrees(part.Die.Value + (part.DrawWatts / Die.JoulesPerKelvin * step.TotalSeconds))
            : Die.After(part.Die, draw, rack.Inlet, step);
        if (!part.IsThrottled && part.Die >= Slowdown)
            Say($"GPUs of {part.Job.Name} in {rack.Name} throttle themselves at {part.Die}");
        part.IsThrottled = part.Die >= Slowdown || (part.IsThrottled && part.Die > Celsius.FromDegrees(Slowdown.Value - 3));
        if (part.Die >= Shutdown && !rack.IsOff)
        {
            rack.SwitchOff(Now);
            Say($"{rack.Name} shuts down at {part.Die}");
        }
    }

    private double SpeedOf(TwinJob job)
    {
        if (job.State is not TwinJobState.Running || job.Parts.Count == 0 || (job.Link >= 0 && Links[job.Link].IsDown))
            return 0;
        return job.IsGang ? job.Parts.Min(part => part.Throughput) : job.Parts.Sum(part => part.Throughput * part.Gpus) / job.Gpus;
    }

    private void Work(TwinJob job, TimeSpan step)
    {
        if (job.State is TwinJobState.Running or TwinJobState.Saving && job.Parts.Any(part => !IsFed(part.Rack)))
            Kill(job);
        if (job.State is TwinJobState.Running && job.Link >= 0 && Links[job.Link].Down >= TwinLink.TimeOut)
            Kill(job);
        job.Speed = SpeedOf(job);
        job.DoneSeconds += job.Speed * step.TotalSeconds;
        if (job.State == TwinJobState.Running && job.CheckpointEvery > TimeSpan.Zero)
            job.SavedSeconds = Math.Max(job.SavedSeconds, Math.Floor(job.DoneSeconds / job.CheckpointEvery.TotalSeconds) * job.CheckpointEvery.TotalSeconds);
        if (job.State != TwinJobState.Saving)
            return;
        job.SavingSeconds += step.TotalSeconds;
        if (job.SavingSeconds < job.CheckpointTime.TotalSeconds)
            return;
        (job.State, job.SavedSeconds) = (TwinJobState.Paused, job.DoneSeconds);
        Say($"{job.Name} is paused, its work saved");
    }

    private void Kill(TwinJob job)
    {
        var lost = (job.DoneSeconds - job.SavedSeconds) * job.Gpus / 3600;
        job.LostGpuHours += lost;
        if (lost > 0)
            job.Kills++;
        job.DoneSeconds = job.SavedSeconds;
        job.State = TwinJobState.Stopped;
        Say($"{job.Name} stops; {lost:0.00} GPU-hours since its checkpoint are lost");
    }
}
