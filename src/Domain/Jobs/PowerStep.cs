using Orleans;

namespace ControlPlane.Domain.Jobs;

/// <summary>One power limit that a job runs under, as it was worked out when the job was accepted.</summary>
/// <param name="Policy">What it comes from: a power policy such as <c>maxq</c>, or a flexibility tier such as <c>flexibility 10</c>.</param>
/// <param name="Percent">The limit, in percent of the GPU's default limit, 1 to 100.</param>
/// <param name="GpuModels">The GPU models for which it is that percent; empty for every model that the job allows.</param>
[GenerateSerializer, Immutable, Alias("PowerStep")]
public sealed record PowerStep(
    [property: Id(0)] string Policy,
    [property: Id(1)] int Percent,
    [property: Id(2)] ValueList<string> GpuModels)
{
    /// <summary>True when a GPU of the model may run at it.</summary>
    public bool Allows(string model) => GpuModels.Count == 0 || GpuModels.Contains(model);
}
