using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>A task that the hall often has to place; fragments are what such tasks cannot use.</summary>
/// <param name="CpuMilli">Thousandths of a CPU core.</param>
/// <param name="Gpus">Whole GPUs, or 1 with <paramref name="GpuMilli"/> below 1000.</param>
/// <param name="GpuMilli">Thousandths of each GPU; 0 without GPU.</param>
/// <param name="Models">Allowed GPU models; empty allows all.</param>
/// <param name="Share">Its share of all tasks; the shares of a list sum to 1.</param>
public sealed record TypicalTask(int CpuMilli, int Gpus, int GpuMilli, ValueList<string> Models, double Share)
{
    /// <summary>Mebibytes of memory; 0 where memory is not in view.</summary>
    public long MemoryMebibytes { get; init; }
}
