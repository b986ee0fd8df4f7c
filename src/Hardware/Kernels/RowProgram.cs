using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>A kernel that works on each row of a matrix by itself, one block a row.</summary>
internal abstract class RowProgram(string name, string summary, double bytesPerElement) : KernelProgram
{
    public override KernelDescription Description { get; } = new(
        name,
        FormattableString.Invariant($"{summary}: {bytesPerElement} bytes an element."),
        [
            new("rows", 1, 1L << 20, 1024, "the number of rows"),
            new("cols", 1, 1L << 17, 1024, "the number of columns"),
        ],
        "GB/s");

    public override IEnumerable<KernelFlaw> Flaws(KernelSizes sizes) => TooLarge(sizes, "rows", "rows", "cols");

    public override double Work(KernelSizes sizes) => bytesPerElement * sizes["rows"] * sizes["cols"];

    protected static KernelBuffer Matrix(KernelSizes sizes, BufferRole role) => KernelBuffer.Floats(sizes["rows"] * sizes["cols"], role);

    protected static KernelLaunch EachRow(string kernel, KernelSizes sizes, IEnumerable<IDeviceBuffer> buffers, params ReadOnlySpan<ulong> more) =>
        new("factory_" + kernel, sizes.Int("rows"), 1, RowThreads, [.. buffers.Select(KernelArgument.Of), KernelArgument.Of(sizes.Int("cols")), .. more]);

    /// <summary>Judges as many rows as are affordable. The function gives a row's results, and each one's magnitude.</summary>
    protected static void JudgeRows(
        ErrorGauge gauge, KernelSizes sizes, KernelOutput output, Func<long, (double[] Values, double[] Magnitudes)> reference)
    {
        var columns = sizes.Int("cols");
        foreach (var row in CheckedElements.Of(sizes["rows"], 40.0 * columns))
        {
            var actual = output.Floats(row * columns, columns);
            var (values, magnitudes) = reference(row);
            for (var i = 0; i < columns; i++)
                gauge.Compare(row * columns + i, actual[i], values[i], magnitudes[i]);
        }
    }
}
