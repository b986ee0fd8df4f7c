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
        using var session = new KernelSession(device, program, sizes, request.Seed, cancellation);
        var median = await MeasureAsync(session, request.Repetitions, repetitionDone, cancellation).ConfigureAwait(false);
        return Judge(program, sizes, request, median, session);
    }

    private static async Task<double> MeasureAsync(
        KernelSession session, int repetitions, Action<int>? repetitionDone, CancellationToken cancellation)
    {
        var seconds = new double[repetitions];
        for (var i = 0; i < seconds.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            seconds[i] = await session.RunAsync(cancellation).ConfigureAwait(false);
            repetitionDone?.Invoke(i + 1);
        }
        Array.Sort(seconds);
        return (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2;
    }

    private static KernelResult Judge(KernelProgram program, KernelSizes sizes, KernelRequest request, double median, KernelSession session)
    {
        var isChecked = request.Check || program.AlwaysChecked;
        var verdict = isChecked ? session.Verify() : default;
        var rate = median > 0 ? program.Work(sizes) / median / 1e9 : 0;
        return new(
            median, rate, program.Description.RateUnit, KernelOutput.Checksum(session.Outputs), verdict.MaxRelativeError, isChecked,
            request.Repetitions, verdict.Mistake);
    }
}
