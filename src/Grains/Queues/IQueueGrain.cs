using ControlPlane.Domain;

namespace ControlPlane.Grains.Queues;

/// <summary>One queue: whether it takes jobs. Its limits are enforced in each hall's placement. Key: <c>queue/&lt;name&gt;</c>.</summary>
[Alias("IQueueGrain")]
public interface IQueueGrain : IGrainWithStringKey
{
    /// <summary>Null when the queue takes jobs, else why not.</summary>
    [Alias("Admit")]
    Task<string?> Admit();

    /// <summary>Holds the queue (it takes no new jobs; those it has go on) or opens it; durable.</summary>
    [Alias("SetHeld")]
    Task SetHeld(bool held, string reason);

    /// <summary>Whether the queue is held, and why.</summary>
    [Alias("Get")]
    Task<QueueStatus> Get();
}

/// <summary>Whether a queue takes jobs.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Held">True while it takes none.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("QueueStatus")]
public sealed record QueueStatus(
    [property: Id(0)] QueueId Queue,
    [property: Id(1)] bool Held,
    [property: Id(2)] string Reason);
