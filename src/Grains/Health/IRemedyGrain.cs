using ControlPlane.Domain;
using ControlPlane.Facility.Health;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Health;

/// <summary>
/// What is done by itself about GPUs of a hall that report faults. Key: <c>remedies/&lt;hall&gt;</c>. Every fault is a case with a
/// number; a case is durable before anything is done for it, and what was begun is gone on with after a restart.
/// </summary>
[Alias("IRemedyGrain")]
public interface IRemedyGrain : IGrainWithStringKey
{
    /// <summary>Hears of a fault. Repeatable: an event that was heard makes no second case.</summary>
    [Alias("Report")]
    Task<RemedyAnswer> Report(GpuFault fault);

    /// <summary>Hears that an agent has reset a device, or could not. Repeatable.</summary>
    [Alias("ResetEnded")]
    Task ResetEnded(GpuId gpu, long number, string objection);

    /// <summary>The settings and the newest cases.</summary>
    [Alias("Get")]
    Task<RemedyBook> Get();

    /// <summary>Changes a remedy's rule, or the share of the hall that all may close; null leaves either as it is.</summary>
    [Alias("Set")]
    Task<RemedyBook> Set(RemedyRuleSetting? rule, double? mostClosedShare);

    /// <summary>An operator has a case carried out that was held back or a dry run.</summary>
    [Alias("Approve")]
    Task<RemedyAnswer> Approve(long number);

    /// <summary>An operator says that a case is over: what it closed takes work again.</summary>
    [Alias("Close")]
    Task<RemedyAnswer> Close(long number);

    /// <summary>Goes on with what was begun, if anything was.</summary>
    [OneWay, Alias("Wake")]
    Task Wake();
}

/// <summary>A GPU reports a fault.</summary>
/// <param name="Gpu">The GPU.</param>
/// <param name="Number">Tells its events apart.</param>
/// <param name="Code">The driver's Xid number.</param>
/// <param name="At">When it was seen.</param>
/// <param name="Detail">What else is known, for a person; may be empty.</param>
[GenerateSerializer, Immutable, Alias("GpuFault")]
public sealed record GpuFault(
    [property: Id(0)] GpuId Gpu, [property: Id(1)] long Number, [property: Id(2)] int Code, [property: Id(3)] DateTimeOffset At, [property: Id(4)] string Detail);

/// <summary>One fault and what is done about it.</summary>
[GenerateSerializer, Immutable, Alias("RemedyCase")]
public sealed record RemedyCase
{
    /// <summary>Its number in the hall.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>The GPU.</summary>
    [Id(1)] public required GpuId Gpu { get; init; }

    /// <summary>Its node.</summary>
    [Id(2)] public required NodeId Node { get; init; }

    /// <summary>The driver's Xid number.</summary>
    [Id(3)] public required int Code { get; init; }

    /// <summary>When it was first seen.</summary>
    [Id(4)] public required DateTimeOffset At { get; init; }

    /// <summary>The remedy.</summary>
    [Id(5)] public required Remedy Remedy { get; init; }

    /// <summary>What came of it.</summary>
    [Id(6)] public required RemedyState State { get; init; }

    /// <summary>Why, for a person.</summary>
    [Id(7)] public required string Because { get; init; }

    /// <summary>GPUs that it keeps from work while it is carried out.</summary>
    [Id(8)] public int ClosedGpus { get; init; }

    /// <summary>How often the same was reported since.</summary>
    [Id(9)] public int Repeats { get; init; }

    /// <summary>How far it is.</summary>
    [Id(10)] public RemedyStep Step { get; init; }

    /// <summary>When the step began.</summary>
    [Id(11)] public DateTimeOffset StepAt { get; init; }

    /// <summary>What held the GPU as the fault was heard.</summary>
    [Id(12)] public ValueList<Racks.LeaseKey> Held { get; init; } = [];

    /// <summary>The fault in words.</summary>
    public string What => $"Xid {Code}: {XidTable.Find(Code).What}";
}

/// <summary>How far a remedy is.</summary>
public enum RemedyStep
{
    /// <summary>Not begun, or all done.</summary>
    None = 0,

    /// <summary>The work has a little time to end by itself: it reports then what it met.</summary>
    Waiting = 1,

    /// <summary>What holds the GPU is moved off.</summary>
    Emptying = 2,

    /// <summary>The agent resets it.</summary>
    Resetting = 3,

    /// <summary>It was reset; readings from before must have passed before it takes work.</summary>
    Reopening = 4,

    /// <summary>It stays closed until an operator says that it is cured.</summary>
    Holding = 5,
}

/// <summary>What came of a request.</summary>
/// <param name="Objection">Why it could not be; null when it could.</param>
/// <param name="Case">The case, or null when there is none.</param>
[GenerateSerializer, Immutable, Alias("RemedyAnswer")]
public sealed record RemedyAnswer([property: Id(0)] string? Objection, [property: Id(1)] RemedyCase? Case);

/// <summary>A hall's remedies.</summary>
/// <param name="Rules">One rule for each remedy.</param>
/// <param name="MostClosedShare">Most of the hall's GPUs that they may close at once.</param>
/// <param name="ClosedGpus">GPUs that they close now.</param>
/// <param name="Cases">The newest cases, newest first.</param>
[GenerateSerializer, Immutable, Alias("RemedyBook")]
public sealed record RemedyBook(
    [property: Id(0)] ValueList<RemedyRuleSetting> Rules, [property: Id(1)] double MostClosedShare, [property: Id(2)] int ClosedGpus,
    [property: Id(3)] ValueList<RemedyCase> Cases);

/// <summary>A remedy's rule.</summary>
/// <param name="Remedy">The remedy.</param>
/// <param name="Mode">How far it goes.</param>
/// <param name="MostPerHour">At most so often within an hour.</param>
[GenerateSerializer, Immutable, Alias("RemedyRuleSetting")]
public readonly record struct RemedyRuleSetting([property: Id(0)] Remedy Remedy, [property: Id(1)] RemedyMode Mode, [property: Id(2)] int MostPerHour);
