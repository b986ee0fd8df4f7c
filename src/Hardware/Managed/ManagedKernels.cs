using System.Collections.Frozen;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Managed;

/// <summary>One block of a kernel, whole.</summary>
internal delegate void ManagedBlock(KernelSlots arguments, int x, int y);

// The kernels of native/kernels. Keep the order of every rounding: results are compared to the bit.
internal static class ManagedKernels
{
    private static readonly FrozenDictionary<string, ManagedBlock> Blocks = ((IEnumerable<KeyValuePair<string, ManagedBlock>>)
        [
            .. ManagedVectors.Blocks, .. ManagedRows.Blocks, .. ManagedTraining.Blocks, .. ManagedMatrix.Blocks, .. ManagedAttention.Blocks,
            .. ManagedAttentionBackward.Blocks, .. ManagedPatterns.Blocks,
        ]).ToFrozenDictionary();

    public static ManagedBlock BlockOf(string kernel) => Blocks.TryGetValue(kernel, out var block)
        ? block
        : throw new DeviceFaultException(DeviceFaultException.NoKernel, "FACTORY_NO_KERNEL", $"no kernel is called {kernel}");
}
