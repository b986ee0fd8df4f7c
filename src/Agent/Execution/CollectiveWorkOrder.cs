using System.Net;

using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>Carries out one rank's part in a collective.</summary>
internal static class CollectiveWorkOrder
{
    /// <summary>After so long without a word a rank counts as gone. One whose process ends is known of at once.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a rank keeps to itself that the ring broke: what the rank at fault, or its agent, reports says more, and
    /// decides whether the job is done again.
    /// </summary>
    private static readonly TimeSpan FirstWord = TimeSpan.FromSeconds(2);

    /// <summary>Runs it. What a rank needs time for, its memory and its data, is done before the others are told of it.</summary>
    /// <exception cref="CollectiveFaultException">The ring broke, or never came together.</exception>
    public static async Task<CollectiveResult> RunAsync(IComputeDevice device, Lease lease, Rendezvous rendezvous, CancellationToken stop)
    {
        var work = lease.Collective;
        var (rank, ranks) = ((int)Math.Min(work.Rank, int.MaxValue), (int)Math.Min(work.Ranks, int.MaxValue));
        if (rank >= ranks)
            throw new ArgumentException(FormattableString.Invariant($"There is no rank {rank} of {ranks}."));
        if (!IPAddress.TryParse(work.Address, out var address))
            throw new ArgumentException($"\"{work.Address}\", where the rank is to listen, is no address.");
        using var run = new CollectiveRun(device, CollectiveMessages.Read(work), rank, ranks);
        try
        {
            using var listener = new RingListener(address, work.Name, nccl: NcclMember.Of(device, rank));
            var members = await rendezvous.MeetAsync(lease, listener.Member, stop).ConfigureAwait(false);
            using var ring = await listener.ConnectAsync(members, rank, Silence, stop).ConfigureAwait(false);
            return await Task.Factory.StartNew(() => run.Run(ring), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (CollectiveFaultException)
        {
            await Task.Delay(FirstWord, stop).ConfigureAwait(false);
            throw;
        }
    }
}
