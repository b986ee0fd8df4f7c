using Orleans.Runtime;
using Orleans.Storage;

namespace ControlPlane.Grains.Storage;

/// <summary>
/// Lets one write at a time through to SQLite. SQLite has a single writer; two that meet there wait in
/// steps of 150 ms on a blocked thread, while here the second waits without holding one.
/// </summary>
/// <param name="inner">The storage that writes.</param>
/// <param name="barrier">What makes a write last through a loss of power, or null where the death of the process is enough.</param>
internal sealed class OneWriterStorage(IGrainStorage inner, SqliteBarrier? barrier) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly SemaphoreSlim Gate = new(1, 1);

    public void Participate(ISiloLifecycle lifecycle) => (inner as ILifecycleParticipant<ISiloLifecycle>)?.Participate(lifecycle);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Gate.WaitAsync();
        try
        {
            await inner.WriteStateAsync(stateName, grainId, grainState);
            barrier?.Pass();
        }
        finally
        {
            Gate.Release();
        }
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Gate.WaitAsync();
        try
        {
            await inner.ClearStateAsync(stateName, grainId, grainState);
        }
        finally
        {
            Gate.Release();
        }
    }
}
