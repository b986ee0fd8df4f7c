using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Facility.Conversion;

/// <summary>What a node draws by how busy its processors are, all of it direct current.</summary>
/// <param name="Cpus">How many CPUs.</param>
/// <param name="Cpu">One CPU.</param>
/// <param name="Gpus">How many GPUs.</param>
/// <param name="Gpu">One GPU.</param>
/// <param name="Constant">Memory, adapters and disks, whatever the load.</param>
public sealed record NodeModel(int Cpus, GpuDraw Cpu, int Gpus, GpuDraw Gpu, Watts Constant)
{
    /// <summary>A node of Frontier: one CPU, four MI250X (ExaDigiT/RAPS, config/frontier.yaml at 6c142bfd).</summary>
    public static NodeModel Frontier { get; } = new(
        1, new GpuDraw(Watts.FromWatts(90), Watts.FromWatts(280)), 4, new GpuDraw(Watts.FromWatts(88), Watts.FromWatts(560)),
        Watts.FromWatts(74.26 + 4 * 20 + 30));

    /// <summary>The draw at a utilisation of each kind of processor.</summary>
    /// <param name="cpuUtilisation">Clamped to 0 to 1.</param>
    /// <param name="gpuUtilisation">Clamped to 0 to 1.</param>
    public Watts At(double cpuUtilisation, double gpuUtilisation) =>
        Cpu.At(cpuUtilisation) * (long)Cpus + Gpu.At(gpuUtilisation) * (long)Gpus + Constant;
}
