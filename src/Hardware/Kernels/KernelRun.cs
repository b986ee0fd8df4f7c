using System.Buffers;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>Runs a requested kernel on a device and measures it.</summary>
public static class KernelRun
{
    /// <summary>
    /// Throws <see cref="DeviceFaultException"/> when the device refuses or fails, and <see cref="ArgumentException"/>
    /// with every flaw of a request that cannot run. A wrong result is not thrown: see <see cref="KernelResult.Mistake"/>.
    /// </summary>
    /// <param name="cancellation">Looked at between repetitions.</param>
    /// <param name="repetitionDone">Called with the number done so far; may be null.</param>
    public static async Task<KernelResult> RunAsync(
        IComputeDevice device, KernelRequest request, Action<int>? repetitionDone, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(request);
        var flaws = KernelCatalogue.Validate(request.Name, request.Sizes, request.Repetitions);
        if (flaws.Count > 0)
            throw new ArgumentException(string.Join(' ', flaws.Select(flaw => flaw.Message)), nameof(request));
        var program = KernelCatalogue.ProgramOf(request.Name)!;
        var sizes = KernelCatalogue.SizesOf(program, request.Sizes);
        var layout = program.Buffers(sizes);
        if (layout.Sum(buffer => buffer.Bytes) > device.Description.MemoryBytes)
            throw new ArgumentException($"{request.Name} of these sizes takes {layout.Sum(buffer => buffer.Bytes)} bytes, but {device.Description.Name} has {device.Description.MemoryBytes}.", nameof(request));
        var buffers = new List<IDeviceBuffer>();
        try
        {
            foreach (var buffer in layout)
                buffers.Add(device.Allocate(buffer.Bytes));
            Fill(request.Seed, layout, buffers, cancellation);
            var launches = program.Launches(sizes, request.Seed, buffers);
            var median = await MeasureAsync(device, request, launches, layout, buffers, repetitionDone, cancellation).ConfigureAwait(false);
            return Judge(program, sizes, request, median, OutputOf(layout, buffers));
        }
        finally
        {
            buffers.ForEach(buffer => buffer.Dispose());
        }
    }

    private static async Task<double> MeasureAsync(
        IComputeDevice device, KernelRequest request, IReadOnlyList<KernelLaunch> launches,
        IReadOnlyList<KernelBuffer> layout, List<IDeviceBuffer> buffers, Action<int>? repetitionDone, CancellationToken cancellation)
    {
        var seconds = new double[request.Repetitions];
        for (var i = 0; i < seconds.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var b = 0; b < buffers.Count; b++)
            {
                if (layout[b].Role == BufferRole.Total)
                    buffers[b].Upload(0, new byte[layout[b].Bytes]);
            }
            // Never leave a kernel that runs: it still uses the buffers. Only the end of the device or process stops it.
            seconds[i] = await device.RunAsync(launches, CancellationToken.None).ConfigureAwait(false);
            repetitionDone?.Invoke(i + 1);
        }
        Array.Sort(seconds);
        return (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2;
    }

    private static KernelResult Judge(KernelProgram program, KernelSizes sizes, KernelRequest request, double median, KernelOutput output)
    {
        var isChecked = request.Check || program.AlwaysChecked;
        var verdict = isChecked ? program.Verify(sizes, request.Seed, output) : default;
        var rate = median > 0 ? program.Work(sizes) / median / 1e9 : 0;
        return new(median, rate, program.Description.RateUnit, output.Checksum(), verdict.MaxRelativeError, isChecked, request.Repetitions, verdict.Mistake);
    }

    private static KernelOutput OutputOf(IReadOnlyList<KernelBuffer> layout, List<IDeviceBuffer> buffers)
    {
        for (var i = 0; i < buffers.Count; i++)
        {
            if (layout[i].Role is BufferRole.Output or BufferRole.Total)
                return new(buffers[i]);
        }
        throw new InvalidOperationException("The kernel has no output.");
    }

    private static void Fill(ulong seed, IReadOnlyList<KernelBuffer> layout, List<IDeviceBuffer> buffers, CancellationToken cancellation)
    {
        var piece = ArrayPool<byte>.Shared.Rent(KernelOutput.PieceBytes);
        for (var i = 0; i < buffers.Count; i++)
        {
            if (layout[i].Role != BufferRole.Input)
                continue;
            // Kernels' checks number their inputs by position among all buffers.
            for (long offset = 0; offset < layout[i].Bytes; offset += KernelOutput.PieceBytes)
            {
                cancellation.ThrowIfCancellationRequested();
                var part = piece.AsSpan(0, (int)Math.Min(KernelOutput.PieceBytes, layout[i].Bytes - offset));
                InputData.Fill(seed, i, offset / sizeof(float), part);
                buffers[i].Upload(offset, part);
            }
        }
        ArrayPool<byte>.Shared.Return(piece);
    }
}
