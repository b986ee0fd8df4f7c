namespace ControlPlane.Scheduling.Rules;

/// <summary>A kernel runs only on a device that executes kernels.</summary>
internal sealed class KernelWorkRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.NoKernelDevice;

    public override int Room(HallState state, int node, TaskDemand task)
    {
        if (!task.RunsKernel)
            return int.MaxValue;
        var model = state.Shape.Model[node];
        return model >= 0 && state.Layout.GpuModels[model].RunsKernels ? int.MaxValue : 0;
    }
}
