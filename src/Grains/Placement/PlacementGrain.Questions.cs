using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Questions that change nothing: they are answered on a copy of the hall.</summary>
internal sealed partial class PlacementGrain
{
    public Task<string?> Why(JobId job)
    {
        ThrowIfPoisoned();
        if (!_book.Jobs.TryGetValue(job, out var known))
            return Task.FromResult<string?>(null);
        if (known.Phase != JobPhase.Waiting)
            return Task.FromResult<string?>(known.Told);
        if (known.NotBefore is not null)
            return Task.FromResult<string?>(known.Told);
        var evicted = known.Attempts > 0 ? known.Message + " " : "";
        var alternatives = Alternatives.Sentence(Alternatives.Of(_book.State!, job, known.Spec, PlacementProfile.Factory, (ulong)known.Sequence));
        return Task.FromResult<string?>($"{evicted}{WaitingPlace(known)} {_decisions.Decide(job, known.Spec).Decision.Explain()} {Expectation(job, known.Spec)}{alternatives}".TrimEnd() + KeptOffByHealth());
    }

    private string Expectation(JobId job, JobSpec spec)
    {
        if (_decisions.Estimate(job, spec) is not { } estimate)
            return "";
        var after = estimate.WaitsFor.Count == 0 ? "" : $", when {string.Join(", ", estimate.WaitsFor)}{(estimate.LeftOut > 0 ? $" and {estimate.LeftOut} more" : "")} end";
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Expected to start by {estimate.EarliestStart:yyyy-MM-dd HH:mm:ss}Z{after}. ");
    }

    public Task<string?> WhyNot(JobId job, RackId rack)
    {
        ThrowIfPoisoned();
        return Task.FromResult(
            _book.Jobs.TryGetValue(job, out var known) && !known.Phase.IsFinal() && _book.Names.Racks.TryGetValue(rack, out var index)
                ? Scheduling.WhyNot.InRack(_book.State!, job, known.Spec, index, PlacementProfile.Factory, (ulong)known.Sequence) + ClosedNodes(index)
                : null);
    }

    public Task<ValueList<LinkId>> TrunksOf(JobId job)
    {
        ThrowIfPoisoned();
        var state = _book.State;
        return Task.FromResult(state is null ? [] : state.LinksOf(job).Select(index => state.Layout.Links[index].Id).ToValueList());
    }

    public Task<PlanAnswer> Plan(JobId job, JobSpec spec)
    {
        ThrowIfPoisoned();
        if (_book.Jobs.TryGetValue(job, out var known))
            return Task.FromResult(new PlanAnswer("none", $"The hall has the job already: {known.Message}", [], [], [], [], Watts.Zero, known.StartedAt));
        if (_book.State is null)
            return Task.FromResult(new PlanAnswer("wait", $"Hall {this.Name()} has no layout yet.", [], [], [], [], Watts.Zero, null));
        if (DeferralOf(spec, _decisions.Decide(job, spec).Decision) is { } deferral)
            return Task.FromResult(new PlanAnswer("wait", deferral.Decision.Explain(), [], [], [], [], Watts.Zero, deferral.NotBefore));
        return Task.FromResult(HallPlan.Of(_book, _decisions, job, spec, clock.GetUtcNow()));
    }

    public Task<HallExport> Export()
    {
        ThrowIfPoisoned();
        var layout = _book.Names.Layout;
        var state = _book.State ?? new HallState(layout);
        return Task.FromResult(new HallExport(
            layout.Hall, _book.Sequence, clock.GetUtcNow(),
            _book.Jobs.Values.Where(job => !job.Phase.IsFinal()).OrderBy(job => job.Submitted)
                .Select(Exported).ToValueList(),
            layout.PowerDomains.Select((domain, index) => (domain, Limit: state.PowerLimit(index))).Where(one => one.Limit != one.domain.Limit)
                .Select(one => new ExportedLimit(one.domain.Id, one.Limit)).ToValueList(),
            layout.Nodes.Select((node, index) => new ExportedNode(node.Id, state.ConditionOf(index)))
                .Where(node => node.Condition != NodeCondition.Ready).ToValueList(),
            _book.Names.Gpus.Where(gpu => state.IsGpuFailed(gpu.Value.Node, gpu.Value.Gpu)).Select(gpu => gpu.Key).ToValueList(),
            layout.Links.Where((_, index) => !state.IsLinkUp(index)).Select(link => link.Id).ToValueList()));
    }

    private ExportedJob Exported(JobEntry job)
    {
        var (now, scale) = (clock.GetUtcNow(), options.Value.TimeScale);
        return new ExportedJob(job.Job, job.Spec, job.Submitted, job.Assignment)
        {
            Saved = job.Assignment is null ? job.Saved : WorkSaved.Of(job, now, scale).Saved,
            Done = job.Assignment is null ? job.Saved : WorkSaved.Done(job, now, scale),
        };
    }
}
