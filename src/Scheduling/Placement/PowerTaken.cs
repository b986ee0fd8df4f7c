using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>Which of its power limits a job was placed under.</summary>
/// <param name="Policy">The policy or tier that it comes from.</param>
/// <param name="Percent">The limit, in percent of the GPUs' default limit.</param>
/// <param name="FirstPolicy">The policy or tier that the job would have had first.</param>
/// <param name="FirstPercent">Its limit.</param>
[GenerateSerializer, Immutable, Alias("PowerTaken")]
public sealed record PowerTaken(
    [property: Id(0)] string Policy,
    [property: Id(1)] int Percent,
    [property: Id(2)] string FirstPolicy,
    [property: Id(3)] int FirstPercent)
{
    /// <summary>What stood in the way of the first; null when it was taken.</summary>
    [Id(4)]
    public Reason? Because { get; init; }

    /// <summary>The choice as a sentence.</summary>
    public string Explain()
    {
        var taken = $"Power limit {Percent} % by {Policy}";
        return Because is null ? taken + "." : $"{taken}, not {FirstPercent} %{(FirstPolicy == Policy ? "" : " by " + FirstPolicy)}. {Because.Explain()}";
    }
}
