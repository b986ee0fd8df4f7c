using System.Diagnostics;

namespace ControlPlane.Testing;

/// <summary>
/// Knows when a factory has nothing left to do at the present instant: time is moved on only then, so that a busy
/// machine's clock does not run ahead of the work that the last step set off.
/// </summary>
/// <remarks>
/// Counts calls from their sending to their answer. A call that itself waits for the factory's clock would keep the
/// count above zero for ever; therefore the wait is bounded in real time.
/// </remarks>
internal sealed class Stillness : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    /// <summary>Real time after which time moves on whatever still runs.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary>Looks in a row, each behind all that the thread pool had queued, that must find nothing new.</summary>
    private const int Looks = 4;

    private long _underWay;
    private long _begun;

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context) => Counted(context);

    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context) => Counted(context);

    /// <summary>Completes once nothing is under way, or after the bound.</summary>
    public async Task ReachedAsync()
    {
        var started = Stopwatch.GetTimestamp();
        for (var (quiet, begun) = (0, -1L); quiet < Looks && Stopwatch.GetElapsedTime(started) < Bound;)
        {
            await Task.Run(() => { });
            var now = Interlocked.Read(ref _begun);
            quiet = now == begun && Interlocked.Read(ref _underWay) == 0 ? quiet + 1 : 0;
            begun = now;
        }
    }

    private async Task Counted(IGrainCallContext context)
    {
        Interlocked.Increment(ref _begun);
        Interlocked.Increment(ref _underWay);
        try
        {
            await context.Invoke();
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
