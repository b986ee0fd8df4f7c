using System.Globalization;

namespace ControlPlane.Hardware.Kernels;

/// <summary>One size parameter of a kernel, as job manifests give it.</summary>
public sealed record KernelSize(string Name, long Minimum, long Maximum, long Default, string Meaning)
{
    /// <summary>The value must be a multiple of this.</summary>
    public long Step { get; init; } = 1;
}

/// <summary>A number that a kernel takes, as programs give it.</summary>
public sealed record KernelNumber(string Name, double Minimum, double Maximum, float Default, string Meaning);

/// <summary>A kernel that a job can run on a device.</summary>
/// <param name="RateUnit">What <see cref="KernelResult.Rate"/> counts: <c>GFLOP/s</c> or <c>GB/s</c>.</param>
public sealed record KernelDescription(string Name, string Summary, IReadOnlyList<KernelSize> Sizes, string RateUnit);

/// <summary>Why a request cannot run: the field, what is wrong with it, and what would be right.</summary>
public sealed record KernelFlaw(string Field, string Message)
{
    internal static KernelFlaw OutOfRange(string field, long value, KernelSize size) => new(
        field,
        string.Create(CultureInfo.InvariantCulture, $"{field} is {value}, but {size.Meaning} must be from {size.Minimum} to {size.Maximum}; the default is {size.Default}."));
}
