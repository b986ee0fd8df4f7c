using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Hardware.Collectives;

/// <summary>Where one rank waits for the rank before it. Listen first, tell the others, then connect.</summary>
public sealed class RingListener : IDisposable
{
    private static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;

    /// <summary>Listens on a port that is free.</summary>
    /// <param name="address">The address of this machine that peers reach.</param>
    /// <param name="name">What a person calls this rank.</param>
    /// <param name="sharesMemory">False to use sockets also between ranks of this machine.</param>
    /// <param name="nccl">What to tell the others of NCCL; null for nothing.</param>
    /// <exception cref="CollectiveFaultException">It is no address of this machine.</exception>
    public RingListener(IPAddress address, string name, bool sharesMemory = true, NcclMember? nccl = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        _socket = RingWire.WithBuffers(new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            _socket.Bind(new IPEndPoint(address, 0));
            _socket.Listen(16);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new CollectiveFaultException($"{name} cannot listen on {address}: {e.Message}", e);
        }
        Member = new(_socket.LocalEndPoint!.ToString()!, RingMember.NewSecret(), sharesMemory ? RingMember.ThisMachine : $"{name} {Guid.NewGuid()}", name) { Nccl = nccl };
    }

    /// <summary>What the others are to know.</summary>
    public RingMember Member { get; }

    /// <summary>Connects the ring; returns once both neighbours are connected.</summary>
    /// <param name="members">All ranks in order; this one's own is among them.</param>
    /// <param name="rank">This rank's number.</param>
    /// <param name="silence">After so long without a word a peer counts as gone; also most time that connecting takes.</param>
    /// <param name="cancellation">Ends the ring, also later.</param>
    /// <exception cref="CollectiveFaultException">A neighbour cannot be reached, or did not come.</exception>
    public async Task<Ring> ConnectAsync(IReadOnlyList<RingMember> members, int rank, TimeSpan silence, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rank, (uint)members.Count);
        if (members.Count == 1)
            return new Ring(members, rank, null, null, cancellation);
        var before = (rank + members.Count - 1) % members.Count;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(silence);
        var accepting = AcceptAsync(members[before], before, members.Count, silence, limit.Token);
        var connecting = ConnectToNextAsync(members, rank, silence, limit.Token);
        try
        {
            await Task.WhenAll(accepting, connecting).ConfigureAwait(false);
            return new Ring(members, rank, await connecting.ConfigureAwait(false), await accepting.ConfigureAwait(false), cancellation);
        }
        catch (CollectiveFaultException)
        {
            foreach (var link in (ReadOnlySpan<Task<RingLink>>)[accepting, connecting])
                (link.IsCompletedSuccessfully ? link.Result : null)?.Dispose();
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static async Task<RingLink> ConnectToNextAsync(IReadOnlyList<RingMember> members, int rank, TimeSpan silence, CancellationToken limit)
    {
        var place = (rank + 1) % members.Count;
        var (member, peer) = (members[place], members[place].Called(place));
        // One from before knows another order of the memory.
        var memory = member.Machine == members[rank].Machine && member.Words > 0 ? RingGreeting.NewMemory() : null;
        Socket? socket = null;
        try
        {
            socket = RingWire.WithBuffers(new Socket(member.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(member.EndPoint, limit).ConfigureAwait(false);
            var isShared = await RingGreeting.GreetAsync(socket, member.Secret, rank, members.Count, memory?.Path ?? "", limit).ConfigureAwait(false);
            if (!isShared)
                memory?.Memory.Dispose();
            return RingLink.Over(new RingWire(socket, peer, silence), isShared ? memory?.Memory : null);
        }
        catch (Exception e)
        {
            socket?.Dispose();
            memory?.Memory.Dispose();
            if (e is not (SocketException or IOException or OperationCanceledException))
                throw;
            throw new CollectiveFaultException($"{peer} cannot be reached at {member.Address}: {(e is OperationCanceledException ? "it does not answer" : e.Message)}", e);
        }
    }

    // Others than the rank before may come to an open port: they are sent away, and their coming changes nothing.
    private async Task<RingLink> AcceptAsync(RingMember member, int before, int ranks, TimeSpan silence, CancellationToken limit)
    {
        var peer = member.Called(before);
        try
        {
            while (true)
            {
                var socket = await _socket.AcceptAsync(limit).ConfigureAwait(false);
                if (await RingGreeting.HearAsync(socket, Member.Secret, before, ranks, member.Words > 0, GreetingTime, limit).ConfigureAwait(false) is { } heard)
                    return RingLink.Over(new RingWire(socket, peer, silence), heard.Memory);
                socket.Dispose();
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            throw new CollectiveFaultException($"{peer} did not connect{(e is OperationCanceledException ? FormattableString.Invariant($" within {silence.TotalSeconds:0.#} s") : ": " + e.Message)}", e);
        }
    }
}
