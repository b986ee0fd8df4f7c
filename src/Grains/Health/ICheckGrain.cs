using ControlPlane.Domain;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Health;

/// <summary>
/// Tests idle GPUs of a hall in the background: one node at a time, by jobs of the lowest priority that anybody may evict, and so
/// within every budget. Key: <c>checks/&lt;hall&gt;</c>. Off unless <see cref="FactoryOptions.CheckEvery"/> says how often.
/// </summary>
[Alias("ICheckGrain")]
public interface ICheckGrain : IGrainWithStringKey
{
    /// <summary>Begins to look, or goes on.</summary>
    [OneWay, Alias("Wake")]
    Task Wake();

    /// <summary>Which nodes were tested and when, oldest first.</summary>
    [Alias("Get")]
    Task<ValueList<CheckedNode>> Get();
}

/// <summary>A node that was tested.</summary>
/// <param name="Node">The node.</param>
/// <param name="At">When it was last looked at.</param>
/// <param name="Outcome">What was found, for a person.</param>
[GenerateSerializer, Immutable, Alias("CheckedNode")]
public readonly record struct CheckedNode([property: Id(0)] NodeId Node, [property: Id(1)] DateTimeOffset At, [property: Id(2)] string Outcome)
{
    /// <summary>False when it was broken off: it is tried again sooner.</summary>
    [Id(3)]
    public bool IsWhole { get; init; }
}
