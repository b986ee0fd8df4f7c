using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Serialization;
using Orleans.Storage;

namespace ControlPlane.Grains.Decisions;

/// <inheritdoc cref="IDecisionGrain"/>
[StatelessWorker]
internal sealed class DecisionGrain(
    [FromKeyedServices(StorageNames.Ledger)] IGrainStorage storage, Serializer serializer, IOptions<FactoryOptions> options)
    : Grain, IDecisionGrain
{
    public async Task<ReplayedDecision?> Replay(long sequence)
    {
        var ledger = new HallLedger(this.Name(), storage, serializer, _ => { });
        var entries = await ledger.LoadUpTo(sequence);
        return entries.Count > 0 && entries[^1].Sequence == sequence
            ? DecisionReplay.Of(entries, options.Value.TimeScale)
            : null;
    }
}
