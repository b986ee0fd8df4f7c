using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Grains.Jobs;

/// <summary>One job's durable row. A projection: every change is a method that returns the changed row.</summary>
[GenerateSerializer, Immutable, Alias("JobRecord")]
public sealed record JobRecord
{
    /// <summary>What was asked for; null while the job does not exist.</summary>
    [Id(0)] public JobSpec? Spec { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(1)] public DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The hall that decides about it, or null when none accepted it.</summary>
    [Id(2)] public HallId? Hall { get; init; }

    /// <summary>The last news applied.</summary>
    [Id(3)] public JobNews? Last { get; init; }

    /// <summary>The phase.</summary>
    public JobPhase Phase => Last?.Phase ?? JobPhase.Unknown;

    /// <summary>True when <paramref name="news"/> says more than the row does: news carry the ledger's sequence.</summary>
    public bool IsNews(JobNews news) => !Phase.IsFinal() && (Last is null || news.Sequence > Last.Sequence);

    /// <summary>The row with the news applied.</summary>
    public JobRecord With(HallId hall, JobNews news) => this with { Hall = hall, Last = news };
}
