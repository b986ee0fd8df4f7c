using ControlPlane.Domain;
using ControlPlane.Facility.Health;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Grains.Health;

/// <summary>Carries remedies out, step by step. Every step may be repeated: what it asks for is a state, not a change.</summary>
internal sealed class RemedyCourse(IGrainFactory grains, HallId hall, TimeProvider clock)
{
    /// <summary>Work that met a fault says so itself within this time, and better than anybody else.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Longer than an agent takes to end its executor, reset a device and start another.</summary>
    private static readonly TimeSpan LongestReset = TimeSpan.FromMinutes(5);

    /// <summary>Readings from before a reset have passed by then.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>The source under which nodes' health says what remedies found.</summary>
    private const string Source = "remedies";

    private IPlacementGrain Hall => grains.Hall(hall);

    /// <summary>The case with its first step taken.</summary>
    public async Task<RemedyCase> Begin(RemedyCase opened)
    {
        var now = clock.GetUtcNow();
        if (opened.Remedy == Remedy.RestartJob)
            return To(opened with { Held = (await grains.Gpu(opened.Gpu).Get()).Leases }, RemedyStep.Waiting, now);
        await Hall.SetGpuFailed(opened.Gpu, true);
        await Hall.RestartWork(opened.Gpu, opened.What);
        return To(opened, opened.Remedy == Remedy.ResetGpu ? RemedyStep.Emptying : RemedyStep.Holding, now);
    }

    /// <summary>The case after whatever can be done for it now.</summary>
    public async Task<RemedyCase> GoOn(RemedyCase acting)
    {
        var now = clock.GetUtcNow();
        switch (acting.Step)
        {
            case RemedyStep.Waiting when now - acting.StepAt >= Grace:
                return await Restarted(acting);
            case RemedyStep.Emptying:
                return await ResetIfEmpty(acting, now);
            case RemedyStep.Resetting when now - acting.StepAt > LongestReset:
                return Ended(acting, RemedyState.Failed, $"no agent has answered for {LongestReset.TotalMinutes:0} minutes whether it was reset; the GPU stays out of use");
            case RemedyStep.Reopening when now - acting.StepAt >= Settling:
                await Hall.SetGpuFailed(acting.Gpu, false);
                return Ended(acting, RemedyState.Done, acting.Because + "; it was reset and takes work again");
            default:
                return acting;
        }
    }

    /// <summary>Lets a GPU and its node take work again, as far as no other case closes them.</summary>
    public async Task Reopen(RemedyCase closed, IEnumerable<RemedyCase> acting)
    {
        if (!acting.Any(other => other.Gpu == closed.Gpu && other.ClosedGpus > 0) && closed.ClosedGpus > 0)
            await Hall.SetGpuFailed(closed.Gpu, false);
        await SayOfNode(closed.Node, acting);
    }

    /// <summary>Says in a node's health what the cases under way make of it.</summary>
    public async Task SayOfNode(NodeId node, IEnumerable<RemedyCase> acting)
    {
        var closing = acting.Where(one => one.Node == node && one.Remedy >= Remedy.Drain).ToList();
        var health = grains.Health(hall, node);
        if (closing.Count == 0)
        {
            await health.Clear(Source);
            return;
        }
        await health.Report(new HealthStatement(Source, HealthMode.Report, clock.GetUtcNow(), [], closing.Select(one => new HealthFinding(
            new HealthPart("Xid", one.Gpu.Value), one.At, $"{one.What}; to {one.Remedy.Words()}: case {one.Number}",
            [HealthAlert.DrainNode, "Hardware", HealthAlert.PreventAllocations])).DistinctBy(alert => alert.Part).ToValueList()));
    }

    /// <summary>The case at another step.</summary>
    public static RemedyCase To(RemedyCase acting, RemedyStep step, DateTimeOffset now) => acting with { Step = step, StepAt = now };

    /// <summary>The case as it ended.</summary>
    public static RemedyCase Ended(RemedyCase acting, RemedyState state, string because) => acting with { State = state, Step = RemedyStep.None, Because = because };

    private async Task<RemedyCase> Restarted(RemedyCase acting)
    {
        var held = (await grains.Gpu(acting.Gpu).Get()).Leases;
        if (!held.Any(acting.Held.Contains))
            return Ended(acting, RemedyState.Done, acting.Because + "; the work had ended by itself");
        await Hall.RestartWork(acting.Gpu, acting.What);
        return Ended(acting, RemedyState.Done, acting.Because + "; the work was stopped, to be done again");
    }

    private async Task<RemedyCase> ResetIfEmpty(RemedyCase acting, DateTimeOffset now)
    {
        var simulated = await Hall.PlaceOf(acting.Gpu) is { IsSimulated: true };
        return await grains.Gpu(acting.Gpu).Reset(acting.Number, simulated) switch
        {
            ResetOutcome.Done => To(acting, RemedyStep.Reopening, now),
            ResetOutcome.Ordered => To(acting, RemedyStep.Resetting, now),
            _ => acting, // No agent, or work that began meanwhile: the next look finds it changed.
        };
    }
}
