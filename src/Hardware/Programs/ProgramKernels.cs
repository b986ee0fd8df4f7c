using System.Collections.Frozen;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Programs;

/// <summary>
/// The kernels that programs can use, and the names of their buffers in the order of the kernel's own. Sizes, element
/// counts and directions are the kernel's. Left out are <c>memory-pattern</c> and <c>burn</c>, which only judge devices.
/// </summary>
public static class ProgramKernels
{
    private static readonly FrozenDictionary<string, string[]> Parameters = new Dictionary<string, string[]>
    {
        ["sgemm"] = ["a", "b", "c"],
        ["sgemm-nt"] = ["a", "b", "c"],
        ["sgemm-tn"] = ["a", "b", "c"],
        ["bf16-gemm"] = ["a", "b", "c"],
        ["bf16-gemm-nt"] = ["a", "b", "c"],
        ["bf16-gemm-tn"] = ["a", "b", "c"],
        ["copy"] = ["a", "b"],
        ["scale"] = ["a", "b"],
        ["add"] = ["a", "b", "c"],
        ["triad"] = ["a", "b", "c"],
        ["multiply"] = ["a", "b", "c"],
        ["axpy"] = ["y", "x"],
        ["gelu"] = ["output", "input"],
        ["gelu-backward"] = ["result", "input", "gradient"],
        ["silu"] = ["output", "input"],
        ["silu-backward"] = ["result", "input", "gradient"],
        ["bfloat16"] = ["output", "values"],
        ["reduction"] = ["values", "parts", "result"],
        ["max"] = ["values", "parts", "result"],
        ["argmax"] = ["values", "parts", "partPlaces", "result", "place"],
        ["dot"] = ["a", "b", "parts", "result"],
        ["norm"] = ["values", "parts", "result"],
        ["softmax"] = ["input", "output"],
        ["softmax-backward"] = ["input", "gradient", "softmax", "result"],
        ["cross-entropy"] = ["logits", "targets", "losses"],
        ["cross-entropy-backward"] = ["logits", "targets", "result"],
        ["layer-norm"] = ["input", "gain", "bias", "output"],
        ["layer-norm-backward"] = ["input", "gain", "gradient", "result", "moments", "gainParts", "biasParts", "gainGradient", "biasGradient"],
        ["rms-norm"] = ["input", "gain", "output"],
        ["rms-norm-backward"] = ["input", "gain", "gradient", "result", "moments", "gainParts", "biasParts", "gainGradient"],
        ["embedding"] = ["table", "tokens", "output"],
        ["embedding-backward"] = ["gradient", "tokens", "table"],
        ["adamw"] = ["parameters", "firstMoments", "secondMoments", "gradients"],
        ["prefill-attention"] = ["queries", "keys", "values", "output"],
        ["prefill-attention-backward"] =
            ["queries", "keys", "values", "gradient", "output", "statistics", "common", "queryGradient", "keyGradient", "valueGradient"],
        ["decode-attention"] = ["queries", "keys", "values", "scores", "output"],
    }.ToFrozenDictionary();

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Parameters.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The names of a kernel's buffers, or null when programs have no such kernel.</summary>
    public static IReadOnlyList<string>? ParametersOf(string kernel) => Parameters.GetValueOrDefault(kernel);

    internal static ElementType TypeOf(KernelBuffer buffer) => buffer.Contents switch
    {
        BufferContents.Bfloat16 => ElementType.Bfloat16,
        BufferContents.Tokens => ElementType.Int32,
        _ => ElementType.Float32,
    };

    internal static int BytesOf(ElementType type) => type == ElementType.Bfloat16 ? sizeof(ushort) : sizeof(float);

    /// <summary>What a kernel step's sizes come to in a given turn. The step must be valid.</summary>
    internal static KernelSizes SizesOf(KernelStep step, long turn)
    {
        var given = step.Sizes.ToDictionary(size => size.Name, size => size.Value);
        if (step.Turn is { } counted)
            given[counted] = turn;
        return new KernelSizes(KernelCatalogue.WithDefaults(step.Kernel, given), step.Scalars.ToDictionary(scalar => scalar.Name, scalar => scalar.Value));
    }
}
