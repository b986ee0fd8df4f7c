using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains;

/// <summary>
/// A grain with one durable row. After a failed write the row in memory may differ from the stored one (even
/// a write whose answer was lost may have succeeded), so the activation refuses everything and ends; the next
/// one reads what is stored.
/// </summary>
internal abstract class DurableGrain<TRow>(IPersistentState<TRow> row, ILogger log) : Grain
{
    private Exception? _poison;

    /// <summary>The row.</summary>
    protected TRow Row => row.State;

    /// <summary>Makes a changed row durable.</summary>
    protected async Task Commit(TRow changed)
    {
        ThrowIfPoisoned();
        row.State = changed;
        try
        {
            await row.WriteStateAsync();
        }
        catch (Exception fault)
        {
            _poison = fault;
            log.LogError(fault, "{Grain} stops serving after a failed write", this.GetPrimaryKeyString());
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>Changes the row in memory only: for what the next activation can learn again.</summary>
    protected void Keep(TRow changed) => row.State = changed;

    /// <summary>Refuses every call once a write has failed; first line of every method.</summary>
    protected void ThrowIfPoisoned()
    {
        if (_poison is not null)
            throw new InvalidOperationException($"{this.GetPrimaryKeyString()} is starting again after a failed write; try again.", _poison);
    }
}
