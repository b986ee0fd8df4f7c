using System.Net;

using ControlPlane.Hardware.Collectives;

namespace ControlPlane.Hardware.Tests;

/// <summary>All ranks of a ring in this process, each on a thread of its own.</summary>
internal static class RunningRing
{
    /// <summary>How long a test waits for what must happen.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Does the same on every rank and returns what each came to.</summary>
    public static async Task<T[]> OnEach<T>(
        int ranks, bool sharesMemory, Func<Ring, T> work, TimeSpan? silence = null, Func<int, NcclMember?>? nccl = null, CancellationToken cancellation = default)
    {
        var listeners = Enumerable.Range(0, ranks).Select(rank => new RingListener(IPAddress.Loopback, $"node-{rank}", sharesMemory, nccl?.Invoke(rank))).ToArray();
        try
        {
            var members = listeners.Select(listener => listener.Member).ToArray();
            return await Task.WhenAll(listeners.Select((listener, rank) => Task.Factory.StartNew(
                () =>
                {
                    using var ring = listener.ConnectAsync(members, rank, silence ?? Patience, cancellation).GetAwaiter().GetResult();
                    return work(ring);
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).WaitAsync(Patience, CancellationToken.None);
        }
        finally
        {
            Array.ForEach(listeners, listener => listener.Dispose());
        }
    }

    /// <summary>As <see cref="OnEach{T}"/>, when ranks are to fail: null for one that did not.</summary>
    public static Task<Exception?[]> FaultsOf(
        int ranks, bool sharesMemory, Action<Ring> work, TimeSpan? silence = null, Func<int, NcclMember?>? nccl = null, CancellationToken cancellation = default) =>
        OnEach(ranks, sharesMemory, Exception? (ring) => Record.Exception(() => work(ring)), silence, nccl, cancellation);

    /// <summary>Runs an operation on managed floats.</summary>
    public static unsafe float[] AllReduce(Ring ring, float[] input)
    {
        var output = new float[input.Length];
        fixed (float* from = input, to = output)
            ring.AllReduce(from, to, input.Length);
        return output;
    }
}
