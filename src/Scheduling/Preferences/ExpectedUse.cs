using ControlPlane.Domain;

namespace ControlPlane.Scheduling.Preferences;

/// <summary>
/// The place that costs least of what free GPUs are still good for: it completes shared GPUs exactly, leaves CPU and
/// memory in proportion to the GPUs that remain, and fills begun nodes before it begins others.
/// </summary>
/// <remarks>
/// A GPU of which r thousandths are free is worth what typical shares will still take of it (<see cref="ShareWorth"/>).
/// A node's GPUs are worth their sum S as far as CPU and memory last: with x the lesser of what is free over what S
/// thousandths of typical tasks need, S·x/(1+x⁴)^¼, which is S where there is plenty and S·x where there is little.
/// Worth is in thousandths of a GPU; a score is in thousandths of that, so that equal nodes score equally.
/// </remarks>
internal sealed class ExpectedUse : Preference
{
    // Measured on Alibaba's 2023 GPU trace, one setting for all of its workloads: results vary little around them.
    // Each wholly free GPU of the node costs as much as this many thousandths: begun nodes are filled first.
    private const double Compactness = 14;

    // Each free core left behind costs this many thousandths of a GPU: of equal places the one with less CPU is taken.
    private const double CoreLeft = 0.04;

    // Tasks are not drawn blindly: those that need little go where there is little, so nodes bear somewhat more GPUs
    // than the mean task's CPU suggests.
    private const double Thrift = 0.875;

    private readonly ShareWorth _worth;
    private readonly TypicalTask[] _gangs;
    private readonly double _cpuPerMilli;
    private readonly double _memoryPerMilli;

    public ExpectedUse(ValueList<TypicalTask> typical)
    {
        _worth = new ShareWorth(typical);
        _gangs = [.. typical.Where(task => task.Gpus > 1)];
        var milli = typical.Sum(task => task.Share * task.Gpus * task.GpuMilli);
        if (milli <= 0)
            return;
        _cpuPerMilli = Thrift * typical.Where(task => task.Gpus > 0).Sum(task => task.Share * task.CpuMilli) / milli;
        _memoryPerMilli = Thrift * typical.Where(task => task.Gpus > 0).Sum(task => task.Share * task.MemoryMebibytes) / milli;
    }

    public override string Name => "expected-use";

    public override bool ChoosesGpu => true;

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        var gpus = state.FreeGpuMilli(node);
        Span<int> free = stackalloc int[gpus.Length];
        for (var index = 0; index < free.Length; index++)
            free[index] = state.IsGpuFailed(node, index) ? 0 : gpus[index];
        var (cpu, memory) = (state.Nodes.CpuFree[node], state.Nodes.MemoryFree[node]);
        var idle = free.Count(1000);
        var before = Worth(state, node, free, cpu, memory);
        Take(free, task, gpu);
        var after = Worth(state, node, free, cpu - task.Cpu, memory - task.Memory);
        var left = Compactness * idle + CoreLeft * (cpu - task.Cpu) / 1000;
        return (long)Math.Round((after - before - left) * 1000);
    }

    private static void Take(Span<int> free, TaskDemand task, int gpu)
    {
        if (gpu >= 0)
            free[gpu] -= task.Milli;
        var left = gpu >= 0 ? 0 : task.Gpus;
        for (var index = 0; index < free.Length && left > 0; index++)
        {
            if (free[index] != 1000)
                continue;
            free[index] = 0;
            left--;
        }
    }

    private double Worth(HallState state, int node, ReadOnlySpan<int> free, int cpu, long memory)
    {
        var sum = 0.0;
        foreach (var milli in free)
            sum += _worth[milli];
        if (sum <= 0)
            return 0;
        var x = double.PositiveInfinity;
        if (_cpuPerMilli > 0)
            x = cpu / (sum * _cpuPerMilli);
        if (_memoryPerMilli > 0)
            x = Math.Min(x, memory / (sum * _memoryPerMilli));
        var borne = double.IsInfinity(x) ? sum : sum * x / Math.Sqrt(Math.Sqrt(1 + x * x * x * x));
        return borne + Gangs(state, node, free.Count(1000), cpu);
    }

    // What tasks of several GPUs would take of the node, by how often there is one: nodes that bear them are dearer.
    private double Gangs(HallState state, int node, int whole, int cpu)
    {
        var worth = 0.0;
        if (whole < 2)
            return worth;
        foreach (var task in _gangs)
        {
            if (whole >= task.Gpus && cpu >= task.CpuMilli && Allows(state, node, task))
                worth += task.Share * 1000 * task.Gpus;
        }
        return worth;
    }

    private static bool Allows(HallState state, int node, TypicalTask task) =>
        task.Models.Count == 0
        || (state.Shape.Model[node] >= 0 && task.Models.Contains(state.Layout.GpuModels[state.Shape.Model[node]].Name));
}
