using ControlPlane.Domain;

namespace ControlPlane.Scheduling.Preferences;

/// <summary>
/// Fragmentation gradient descent (Weng et al., USENIX ATC 2023): the place that turns fewest free GPUs into fragments,
/// a fragment being what a typical task could not use.
/// </summary>
internal sealed class Fragmentation(ValueList<TypicalTask> typical) : Preference
{
    private readonly TypicalTask[] _typical = [.. typical];

    public override string Name => "fgd";

    public override bool ChoosesGpu => true;

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        var gpus = state.FreeGpuMilli(node);
        Span<int> free = stackalloc int[gpus.Length];
        for (var index = 0; index < free.Length; index++)
            free[index] = state.IsGpuFailed(node, index) ? 0 : gpus[index];
        var before = Expected(state, node, free, state.Nodes.CpuFree[node]);
        Take(free, task, gpu);
        var after = Expected(state, node, free, state.Nodes.CpuFree[node] - task.Cpu);
        return (long)(100 / (1 + Math.Exp((after - before) / 1000)));
    }

    private static void Take(Span<int> free, TaskDemand task, int gpu)
    {
        if (gpu >= 0)
        {
            free[gpu] -= task.Milli;
            return;
        }
        var left = task.Gpus;
        for (var index = 0; index < free.Length && left > 0; index++)
        {
            if (free[index] != 1000)
                continue;
            free[index] = 0;
            left--;
        }
    }

    // The free milli-GPUs of the node that a task drawn from the typical ones could not use. They are summed by cause
    // first and then over the causes: scores are truncated, so the order of additions decides between near equals, and
    // this is the order in which the published results were added up.
    private double Expected(HallState state, int node, ReadOnlySpan<int> free, int cpu)
    {
        var all = 0;
        foreach (var milli in free)
            all += milli;
        var model = state.Shape.Model[node] < 0 ? null : state.Layout.GpuModels[state.Shape.Model[node]].Name;
        Span<double> causes = stackalloc double[(int)Cause.Count];
        causes.Clear();
        foreach (var task in _typical)
        {
            var (cause, unusable) = Unusable(task, free, all, cpu, model);
            causes[(int)cause] += task.Share * unusable;
        }
        var expected = 0.0;
        foreach (var sum in causes)
            expected += sum;
        return expected;
    }

    private static (Cause Cause, int Milli) Unusable(
        TypicalTask task, ReadOnlySpan<int> free, int all, int cpu, string? model)
    {
        var enoughCpu = cpu >= task.CpuMilli;
        if (task.GpuMilli == 0)
            return (enoughCpu ? Cause.NoGpuAsked : Cause.NoGpuAskedCpuShort, all);
        if (task.Models.Count > 0 && !task.Models.Contains(model))
            return (Cause.WrongModel, all);
        var (fitting, small) = (0, 0);
        foreach (var milli in free)
        {
            if (milli >= task.GpuMilli)
                fitting++;
            else
                small += milli;
        }
        if (fitting < task.Gpus)
            return (enoughCpu ? Cause.GpuShort : Cause.BothShort, all);
        return enoughCpu ? (Cause.GpuShort, small) : (Cause.CpuShort, all);
    }

    private enum Cause
    {
        BothShort,
        GpuShort,
        CpuShort,
        NoGpuAsked,
        NoGpuAskedCpuShort,
        WrongModel,
        Count,
    }
}
