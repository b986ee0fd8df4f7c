using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Tests;

/// <summary>Runs a program once and keeps what its verdict hides: the inputs and every result.</summary>
internal sealed record KernelOutputs(KernelSizes Sizes, KernelInputs Inputs, float[][] Results)
{
    public static async Task<KernelOutputs> Of(string device, string kernel, string sizes, ulong seed = 7)
    {
        using var opened = TestDevices.Open(device);
        var program = KernelCatalogue.ProgramOf(kernel)!;
        var given = KernelCatalogue.SizesOf(program, KernelTests.Sizes(sizes));
        using var session = new KernelSession(opened, program, given, seed, CancellationToken.None);
        await session.RunAsync(CancellationToken.None);
        return new(given, new(seed, program.Buffers(given)), [.. session.Outputs.Select(output => output.Floats(0, (int)output.Elements))]);
    }

    /// <summary>Runs one launch over buffers of the given contents and returns what one of them then holds.</summary>
    public static async Task<T[]> Launch<T>(
        string device, string kernel, int grid, int block, IReadOnlyList<byte[]> contents, int wanted, params ulong[] arguments) where T : unmanaged
    {
        using var opened = TestDevices.Open(device);
        var buffers = contents.Select(content => opened.Allocate(content.Length)).ToList();
        try
        {
            for (var i = 0; i < buffers.Count; i++)
                buffers[i].Upload(0, contents[i]);
            await opened.RunAsync([new KernelLaunch(kernel, grid, 1, block, [.. buffers.Select(KernelArgument.Of), .. arguments])], CancellationToken.None);
            var result = new byte[contents[wanted].Length];
            buffers[wanted].Download(0, result);
            return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(result).ToArray();
        }
        finally
        {
            buffers.ForEach(buffer => buffer.Dispose());
        }
    }

    public static byte[] Bytes<T>(params T[] values) where T : unmanaged =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
