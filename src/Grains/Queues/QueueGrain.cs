using ControlPlane.Domain;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Queues;

/// <summary>A queue's durable row.</summary>
[GenerateSerializer, Immutable, Alias("QueueRow")]
internal sealed record QueueRow
{
    [Id(0)] public bool Held { get; init; }

    [Id(1)] public string Reason { get; init; } = "";
}

/// <inheritdoc cref="IQueueGrain"/>
internal sealed class QueueGrain([PersistentState("queue", Storage.StorageNames.Rows)] IPersistentState<QueueRow> row, ILogger<QueueGrain> log)
    : DurableGrain<QueueRow>(row, log), IQueueGrain
{
    public Task<string?> Admit()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Row.Held ? $"Queue {this.Name()} is held: {Row.Reason}" : null);
    }

    public Task SetHeld(bool held, string reason)
    {
        ThrowIfPoisoned();
        return Commit(new QueueRow { Held = held, Reason = reason });
    }

    public Task<QueueStatus> Get()
    {
        ThrowIfPoisoned();
        return Task.FromResult(new QueueStatus(new QueueId(this.Name()), Row.Held, Row.Reason));
    }
}
