namespace ControlPlane.Simulation.Events;

/// <summary>From when on so many replicas of a service served.</summary>
/// <param name="At">Milliseconds from the start of the run.</param>
/// <param name="Service">Index of the service in the plan.</param>
/// <param name="Replicas">How many serve.</param>
public sealed record ServingChange(long At, int Service, int Replicas);

/// <summary>A gang that had not ended when the run did; times in milliseconds from the start of the run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Gpus">Its GPUs at full size.</param>
/// <param name="Submitted">When it came.</param>
/// <param name="Started">When it first started; -1 for not yet.</param>
/// <param name="WorkMilliseconds">Its work at full speed and size.</param>
/// <param name="DoneMilliseconds">What it has done of it and would keep if it stopped in good order.</param>
/// <param name="Failures">How often it lost its GPUs to a failure.</param>
/// <param name="Preemptions">How often it was evicted, moved or shed.</param>
/// <param name="LostMilliseconds">Work that it did in vain.</param>
public sealed record UnfinishedJob(
    string Name, double Gpus, long Submitted, long Started, double WorkMilliseconds, double DoneMilliseconds, int Failures, int Preemptions, double LostMilliseconds);
