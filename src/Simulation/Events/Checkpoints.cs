namespace ControlPlane.Simulation.Events;

/// <summary>How a job saves its work and what starting again costs; all in milliseconds.</summary>
/// <param name="Interval">Work between two checkpoints, above 0; infinite for never.</param>
/// <param name="Write">How long a checkpoint stops the work, 0 or more.</param>
/// <param name="Restart">From a start after the first until work goes on, 0 or more.</param>
internal readonly record struct Checkpoints(double Interval, double Write, double Restart);

/// <summary>How a job spent its time on GPUs; in milliseconds.</summary>
/// <param name="Starting">Loading before work goes on.</param>
/// <param name="Working">Working, at whatever speed.</param>
/// <param name="Writing">Writing checkpoints.</param>
internal readonly record struct TimeSpent(double Starting, double Working, double Writing);

/// <summary>
/// How far a job is, in milliseconds of work at full speed, and where it stands between two checkpoints. Any span is gone
/// through in one step, however many checkpoints lie in it.
/// </summary>
internal readonly record struct JobProgress
{
    /// <summary>Work that a checkpoint holds.</summary>
    public double Saved { get; init; }

    /// <summary>Work since the last checkpoint.</summary>
    public double Since { get; init; }

    /// <summary>Time in the present interval and, after it, in the checkpoint being written.</summary>
    public double InCycle { get; init; }

    /// <summary>Time that starting still takes.</summary>
    public double Starting { get; init; }

    /// <summary>All work done so far.</summary>
    public double Done => Saved + Since;

    /// <summary>As it is after its GPUs were lost: the work since the last checkpoint is gone.</summary>
    public JobProgress Lost(Checkpoints checkpoints) => new() { Saved = Saved, Starting = checkpoints.Restart };

    /// <summary>As it is after it left its GPUs in good order, all its work saved.</summary>
    public JobProgress Left(Checkpoints checkpoints) => new() { Saved = Done, Starting = checkpoints.Restart };

    /// <summary>As it is under other checkpoints: an interval that is shorter now ends at once.</summary>
    public JobProgress Under(Checkpoints checkpoints) =>
        InCycle <= checkpoints.Interval + checkpoints.Write ? this : this with { InCycle = checkpoints.Interval };

    /// <summary>As it is a while later.</summary>
    /// <param name="elapsed">How long, 0 or more.</param>
    /// <param name="speed">Over full speed, 0 to 1; at 0 nothing moves but starting.</param>
    /// <param name="checkpoints">How it saves.</param>
    /// <param name="spent">How it spent that time.</param>
    public JobProgress After(double elapsed, double speed, Checkpoints checkpoints, out TimeSpent spent)
    {
        var starting = Math.Min(elapsed, Starting);
        var left = elapsed - starting;
        spent = new TimeSpent(starting, 0, 0);
        if (left <= 0 || speed <= 0)
            return this with { Starting = Starting - starting };
        var cycle = checkpoints.Interval + checkpoints.Write;
        if (InCycle + left < cycle)
        {
            var works = Math.Clamp(checkpoints.Interval - InCycle, 0, left);
            spent = new TimeSpent(starting, works, left - works);
            return this with { Starting = 0, Since = Since + (works * speed), InCycle = InCycle + left };
        }
        var first = Math.Max(0, checkpoints.Interval - InCycle);
        left -= cycle - InCycle;
        var whole = Math.Floor(left / cycle);
        var rest = left - (whole * cycle);
        var last = Math.Min(rest, checkpoints.Interval);
        spent = new TimeSpent(
            starting, first + (whole * checkpoints.Interval) + last, cycle - InCycle - first + (whole * checkpoints.Write) + rest - last);
        return new JobProgress
        {
            Saved = Saved + Since + ((first + (whole * checkpoints.Interval)) * speed),
            Since = last * speed,
            InCycle = rest,
        };
    }

    /// <summary>How long until so much work is done; a job that is done writes no further checkpoint. Infinite at no speed.</summary>
    /// <param name="work">All work there is.</param>
    /// <param name="speed">Over full speed, 0 to 1.</param>
    /// <param name="checkpoints">How it saves.</param>
    public double TimeTo(double work, double speed, Checkpoints checkpoints)
    {
        if (speed <= 0)
            return double.PositiveInfinity;
        var left = (work - Done) / speed;
        if (left <= 0)
            return Starting;
        var first = Math.Max(0, checkpoints.Interval - InCycle);
        // In the midst of a checkpoint nothing is done before it is written.
        if (left <= first && first > 0)
            return Starting + left;
        left -= first;
        var whole = Math.Max(0, Math.Ceiling(left / checkpoints.Interval) - 1);
        return Starting + (checkpoints.Interval + checkpoints.Write - InCycle) + (whole * checkpoints.Write) + left;
    }
}
