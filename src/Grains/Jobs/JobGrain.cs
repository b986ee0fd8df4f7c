using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Placement;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Jobs;

/// <inheritdoc cref="IJobGrain"/>
internal sealed class JobGrain(
    [PersistentState("job", Storage.StorageNames.Rows)] IPersistentState<JobRecord> row, TimeProvider clock, ILogger<JobGrain> log)
    : DurableGrain<JobRecord>(row, log), IJobGrain
{
    private JobId Job => new(this.Name());

    public async Task<SubmitAnswer> Submit(JobSpec spec)
    {
        ThrowIfPoisoned();
        if (Row.Spec is not null)
            return Repeated(spec);
        var route = await GrainFactory.Factory().Route(spec.Queue, spec.Hall, spec.Jurisdiction, spec.Datasets);
        // With one hall its own answer tells whether it knows the job; of several, another one might.
        if (route.All.Count > 1 && await FindIn(route.All))
            return Repeated(spec);
        var objection = route.Objection ?? await GrainFactory.Queue(spec.Queue).Admit();
        if (objection is not null)
            return new SubmitAnswer(SubmitOutcome.NotAdmitted, objection, null);
        if (spec.NeedsPowerSteps && spec.PowerSteps.Count == 0)
        {
            var power = await GrainFactory.Factory().Resolve(spec);
            if (power.Spec is not { } resolved)
                return new SubmitAnswer(SubmitOutcome.NotAdmitted, power.Objection!, null);
            spec = resolved;
        }
        var (hall, news) = await Ask(spec, route.Halls);
        if (news is null)
            return new SubmitAnswer(SubmitOutcome.Conflict, $"Another job named {Job} exists: choose another name.", null);
        var accepted = new JobRecord { Spec = spec, SubmittedAt = clock.GetUtcNow(), Hall = hall, Last = news };
        // An accepted job is in its hall's ledger; its own row is written once, when it is over.
        if (news.Phase.IsFinal())
            await Commit(accepted);
        else
            Keep(accepted);
        return Answer();
    }

    public async Task<JobRecord?> Get()
    {
        ThrowIfPoisoned();
        await Refresh();
        return Row.Spec is null ? null : Row;
    }

    public async Task<JobRecord?> Cancel()
    {
        ThrowIfPoisoned();
        await Refresh();
        if (Row.Spec is null || Row.Phase.IsFinal() || Row.Hall is not { } hall)
            return Row.Spec is null ? null : Row;
        if (await GrainFactory.Hall(hall).Cancel(Job) is { } news)
            await Take(hall, news);
        return Row;
    }

    public async Task Observe(HallId hall, JobSpec spec, DateTimeOffset submittedAt, JobNews news)
    {
        ThrowIfPoisoned();
        if (Row.Spec is null)
            Keep(new JobRecord { Spec = spec, SubmittedAt = submittedAt, Hall = hall });
        await Take(hall, news);
    }

    /// <summary>Asks each hall for a place at once, then the first that would take it for a place in its queue. No news: the name is taken.</summary>
    private async Task<(HallId? Hall, JobNews? News)> Ask(JobSpec spec, ValueList<HallId> halls)
    {
        HallId? patient = null;
        var refusals = new List<string>();
        JobNews? refusal = null;
        for (var index = 0; index < halls.Count; index++)
        {
            var isOnly = halls.Count == 1;
            var answer = await GrainFactory.Hall(halls[index]).Place(Job, spec, mayWait: isOnly);
            if (answer.Conflict)
                return (null, null);
            if (answer.Accepted)
                return (halls[index], answer.News);
            if (answer.News.Phase == JobPhase.Waiting)
                patient ??= halls[index];
            refusal = answer.News;
            refusals.Add(halls.Count == 1 ? answer.News.Message : $"{halls[index]}: {answer.News.Message}");
        }
        if (patient is { } hall)
        {
            var answer = await GrainFactory.Hall(hall).Place(Job, spec, mayWait: true);
            if (answer.Accepted)
                return (hall, answer.News);
            throw new InvalidOperationException($"Hall {hall} cannot take jobs yet: {answer.News.Message}");
        }
        return (null, refusal! with { Message = string.Join(" ", refusals) });
    }

    /// <summary>Fetches the hall's view of a job that is not over: news may have been lost on the way.</summary>
    private async Task Refresh()
    {
        if (Row.Spec is null)
        {
            await FindIn(await GrainFactory.Factory().Halls());
            return;
        }
        if (Row.Phase.IsFinal() || Row.Hall is not { } hall)
            return;
        if (await GrainFactory.Hall(hall).JobState(Job) is { } news)
            await Take(hall, news);
    }

    private async Task Take(HallId hall, JobNews news)
    {
        if (!Row.IsNews(news))
            return;
        // Only the end must be in this row: what comes before it, the hall knows and says again.
        if (news.Phase.IsFinal())
            await Commit(Row.With(hall, news));
        else
            Keep(Row.With(hall, news));
        if (Row.Phase.IsFinal())
            await GrainFactory.Hall(hall).Acknowledge(Job);
    }

    /// <summary>Looks for a job that has no row yet in the halls' ledgers; true when one knows it.</summary>
    private async Task<bool> FindIn(ValueList<HallId> halls)
    {
        foreach (var hall in halls)
        {
            if (await GrainFactory.Hall(hall).Find(Job) is not { } found)
                continue;
            Keep(new JobRecord { Spec = found.Spec, SubmittedAt = found.SubmittedAt, Hall = hall });
            await Take(hall, found.News);
            return true;
        }
        return false;
    }

    private SubmitAnswer Repeated(JobSpec spec) =>
        Row.Spec!.AsksTheSame(spec) ? Answer() : new SubmitAnswer(SubmitOutcome.Conflict, $"Another job named {Job} exists: choose another name.", Row);

    private SubmitAnswer Answer() => Row.Phase == JobPhase.Refused
        ? new SubmitAnswer(SubmitOutcome.Refused, Row.Last!.Message, Row)
        : new SubmitAnswer(SubmitOutcome.Accepted, Row.Last!.Message, Row);
}
