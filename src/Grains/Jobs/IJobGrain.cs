using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Placement;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Jobs;

/// <summary>One job's life. Key: <c>job/&lt;name&gt;</c>.</summary>
[Alias("IJobGrain")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>
    /// Accepts the job and has a hall decide. Once this returns an accepted answer, the job is durable.
    /// Repeating it with the same specification gives the same answer; with another one, a conflict.
    /// </summary>
    [Alias("Submit")]
    Task<SubmitAnswer> Submit(JobSpec spec);

    /// <summary>The job as it is now, or null when there is none.</summary>
    [Alias("Get")]
    Task<JobRecord?> Get();

    /// <summary>Ends the job: a waiting one leaves the queue, a running one is stopped. Repeatable.</summary>
    [Alias("Cancel")]
    Task<JobRecord?> Cancel();

    /// <summary>Takes news from the job's hall. Lost news are sent again; old ones change nothing.</summary>
    [OneWay, Alias("Observe")]
    Task Observe(HallId hall, JobSpec spec, DateTimeOffset submittedAt, JobNews news);
}

/// <summary>The answer to a submission.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Message">The decision or the objection, for a person.</param>
/// <param name="Record">The job's row, when accepted or refused by a hall.</param>
[GenerateSerializer, Immutable, Alias("SubmitAnswer")]
public sealed record SubmitAnswer(
    [property: Id(0)] SubmitOutcome Outcome,
    [property: Id(1)] string Message,
    [property: Id(2)] JobRecord? Record);

/// <summary>What came of a submission.</summary>
public enum SubmitOutcome
{
    /// <summary>Durable: placed or waiting.</summary>
    Accepted = 0,

    /// <summary>No hall could ever run it; recorded as refused.</summary>
    Refused = 1,

    /// <summary>Another job of that name exists.</summary>
    Conflict = 2,

    /// <summary>Not accepted now (no such queue or hall, queue held); nothing was recorded.</summary>
    NotAdmitted = 3,
}
