using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Ptx;

namespace ControlPlane.Hardware.Programs;

/// <summary>A program's own kernels, loaded on a device.</summary>
internal sealed class TenantRun
{
    private readonly Dictionary<string, TenantKernel> _kernels;

    /// <summary>Loads them. The program must be sound.</summary>
    /// <exception cref="DeviceFaultException">The device runs no PTX, the driver refuses it, or memory is short.</exception>
    /// <exception cref="ArgumentException">The PTX is for another processor.</exception>
    public TenantRun(IComputeDevice device, ProgramWork program)
    {
        _kernels = program.Kernels.ToDictionary(kernel => kernel.Name, StringComparer.Ordinal);
        if (_kernels.Count == 0)
            return;
        var known = new TenantKernels(program, []);
        foreach (var kernel in program.Kernels)
        {
            var module = known.ModuleOf(kernel);
            // The driver's own word for this names neither.
            if (device.Description.Kind == "cuda" && !module.Target.RunsOn(device.Description.Capability))
                throw new ArgumentException(FormattableString.Invariant($"The PTX of \"{kernel.Name}\" is for {module.Target}, which {device.Description.Name} (sm_{device.Description.Capability}) does not run; compile it for sm_{device.Description.Capability} or earlier."));
            device.LoadKernels(kernel.Name, kernel.Ptx, module.OwnBytes);
        }
    }

    /// <summary>The launch of a step that runs one of them; null for another step.</summary>
    public KernelLaunch? LaunchOf(KernelStep step, DeviceMemory memory)
    {
        if (step.Shape is not { } shape || !_kernels.TryGetValue(step.Kernel, out var kernel))
            return null;
        return new(
            $"{kernel.Name}/{kernel.Entry}", checked((int)shape.GridX), checked((int)shape.GridY), checked((int)shape.Block),
            [.. kernel.Parameters.Select(parameter => parameter.Scalar is { } type
                ? SlotOf(step.Scalars.Items.First(scalar => scalar.Name == parameter.Name).Value, type)
                : KernelArgument.Of(memory[step.Buffers.Items.First(binding => binding.Parameter == parameter.Name).Buffer]))]);
    }

    private static ulong SlotOf(double value, ScalarType type) => type switch
    {
        ScalarType.Float32 => KernelArgument.Of((float)value),
        ScalarType.Float64 => BitConverter.DoubleToUInt64Bits(value),
        ScalarType.Int32 => (uint)(long)value,
        _ => (ulong)(long)value,
    };
}
