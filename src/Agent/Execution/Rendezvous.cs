using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>
/// Where an executor's rank meets the others of its gang: it says again and again where it listens until the host, by way
/// of the agent, tells where all do. So no message that is lost on the way, nor a host that starts anew, leaves it waiting.
/// </summary>
internal sealed class Rendezvous(FrameStream agent)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Meeting? _meeting;

    /// <summary>How long the others may take to come: their agents may have to start an executor first.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>All ranks, once all have come.</summary>
    /// <exception cref="CollectiveFaultException">They did not come in time, or what was told of them is not sound.</exception>
    public async Task<IReadOnlyList<RingMember>> MeetAsync(Lease lease, RingMember self, CancellationToken stop)
    {
        var meeting = new Meeting(lease);
        lock (_lock)
            _meeting = meeting;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        var join = new RingJoin
        {
            Device = lease.Device,
            Job = lease.Job,
            Generation = lease.Generation,
            Rank = lease.Collective.Rank,
            Ranks = lease.Collective.Ranks,
            Peer = CollectiveMessages.Of(self),
        };
        try
        {
            for (var pause = FirstPause; !meeting.Told.Task.IsCompleted; pause = pause < LongestPause ? pause * 2 : LongestPause)
            {
                await agent.WriteAsync(FrameKind.RingJoin, join, default).ConfigureAwait(false);
                await Task.WhenAny(meeting.Told.Task, Task.Delay(pause, limit.Token)).ConfigureAwait(false);
                limit.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CollectiveFaultException(FormattableString.Invariant($"not all {lease.Collective.Ranks} ranks came within {Patience.TotalSeconds:0} s"));
        }
        var members = (await meeting.Told.Task.ConfigureAwait(false)).Peers.Select(CollectiveMessages.Read).ToArray();
        return members.Length == lease.Collective.Ranks
            ? members
            : throw new CollectiveFaultException(FormattableString.Invariant($"{members.Length} ranks were told, not {lease.Collective.Ranks}"));
    }

    /// <summary>The agent tells where all ranks listen. What is of other work, or comes late, changes nothing.</summary>
    public void Hear(RingRanks ring)
    {
        lock (_lock)
        {
            if (_meeting is { } meeting && meeting.Lease.Job == ring.Job && meeting.Lease.Generation == ring.Generation)
                meeting.Told.TrySetResult(ring);
        }
    }

    private sealed record Meeting(Lease Lease)
    {
        public TaskCompletionSource<RingRanks> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
