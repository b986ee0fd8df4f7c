using ControlPlane.Domain;

namespace ControlPlane.Simulation.Openb;

/// <summary>A pod of Alibaba's 2023 GPU cluster trace: one task.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CpuMilli">Thousandths of a core.</param>
/// <param name="MemoryMebibytes">Memory in MiB.</param>
/// <param name="Gpus">How many GPUs; 0 for a pod without.</param>
/// <param name="GpuMilli">Thousandths of each GPU: 1000 when there are several, 0 when there are none.</param>
/// <param name="GpuSpec">Allowed models as the trace writes them, <c>A|B</c>; empty allows all.</param>
/// <param name="CreatedSeconds">Seconds from the start of the trace; 0 where the file does not say.</param>
/// <param name="DeletedSeconds">Seconds from the start of the trace; 0 where the file does not say.</param>
public sealed record OpenbPod(
    string Name, int CpuMilli, long MemoryMebibytes, int Gpus, int GpuMilli, string GpuSpec, long CreatedSeconds, long DeletedSeconds)
{
    /// <summary>Allowed models; empty allows all.</summary>
    public ValueList<string> Models =>
        GpuSpec.Length == 0 ? [] : GpuSpec.Split('|', StringSplitOptions.RemoveEmptyEntries).ToValueList();

    /// <summary>GPUs in thousandths.</summary>
    public int MilliGpus => Gpus * GpuMilli;
}
