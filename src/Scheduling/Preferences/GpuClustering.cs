namespace ControlPlane.Scheduling.Preferences;

/// <summary>Tasks of one kind together: shares with shares, pairs with pairs.</summary>
internal sealed class GpuClustering : Preference
{
    public override string Name => "clustering";

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        if (!task.NeedsGpu)
            return 0;
        var most = state.Shape.MostGpus * 1000;
        var kinds = state.Nodes.Kinds.AsSpan(node * (state.Shape.MostGpus + 1), state.Shape.MostGpus + 1);
        var same = kinds[task.IsShare ? 0 : task.Gpus] > 0;
        var others = false;
        for (var kind = 0; kind < kinds.Length; kind++)
            others |= kinds[kind] > 0 && kind != (task.IsShare ? 0 : task.Gpus);
        var company = (same, others) switch
        {
            (true, false) => 75,
            (true, true) => 50,
            (false, false) => 25,
            _ => 0,
        };
        return 25 * (most - state.Nodes.MilliFree[node]) / most + company;
    }
}
