using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Links;
using ControlPlane.Grains.Racks;
using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;
using Google.Protobuf;

namespace ControlPlane.Host.Agents;

/// <summary>
/// Brings the ranks of collectives together, and what they measured to the trunks between them. Not a grain: it asks racks
/// and halls, which themselves wait for GPUs.
/// </summary>
internal sealed class AgentRings(IGrainFactory grains, TimeProvider clock, ILogger log)
{
    /// <summary>A rank listens. Only one whose lease the GPU holds is told to others, and told of them.</summary>
    public async Task JoinAsync(GpuId gpu, RingJoin join, AgentStream link)
    {
        if (!IsSound(join))
        {
            log.LogWarning("GPU {Gpu} says of a ring what makes no sense; it is not heard", gpu);
            return;
        }
        var job = new JobId(join.Job);
        if (await LeaseOf(gpu, join.Job, join.Generation) is not { } lease || lease.Task != join.Rank)
            return; // It is over: the agent is being told so.
        var places = await grains.Ring(job, join.Generation).Join((int)join.Rank, (int)join.Ranks, PlaceOf(join.Peer));
        if (places.Count == 0)
            return;
        await link.Send(new ToAgent
        {
            Ring = new RingRanks
            {
                Device = join.Device,
                Job = join.Job,
                Generation = join.Generation,
                Peers = { places.Select(MessageOf) },
            },
        });
    }

    /// <summary>Tells the trunks on which a gang holds bandwidth what its ring carried. Before its end is told: then the hall still knows them.</summary>
    public async Task MeasuredAsync(GpuId gpu, RackId? rack, WorkReport report)
    {
        if (!report.Succeeded || report.RateUnit != CollectiveText.BusUnit || !double.IsFinite(report.Rate) || rack is not { } known)
            return;
        if (await LeaseOf(gpu, report.Job, report.Generation) is not { Task: 0 } || await grains.Rack(known).Hall() is not { } hall)
            return;
        var reading = new RingReading(new JobId(report.Job), report.Rate, report.Remark, clock.GetUtcNow());
        foreach (var trunk in await grains.Hall(hall).TrunksOf(new JobId(report.Job)))
            await grains.Link(hall, trunk).ObserveRing(reading);
    }

    private async Task<LeaseKey?> LeaseOf(GpuId gpu, string job, long generation)
    {
        foreach (var lease in (await grains.Gpu(gpu).Get()).Leases)
        {
            if (lease.Job.Value == job && lease.Generation == generation)
                return lease;
        }
        return null;
    }

    private static RingPlace PlaceOf(RingPeer peer) => new(peer.Address, peer.Secret.ToBase64(), peer.Machine, peer.Name)
    {
        Words = (int)Math.Min(peer.Words, int.MaxValue),
        Nccl = peer.Nccl is { } nccl ? new((int)Math.Min(nccl.Version, int.MaxValue), nccl.Device, nccl.Id.ToBase64(), nccl.Obstacle) : null,
    };

    private static RingPeer MessageOf(RingPlace place) => new()
    {
        Address = place.Address,
        Secret = ByteString.FromBase64(place.Secret),
        Machine = place.Machine,
        Name = place.Name,
        Words = (uint)place.Words,
        Nccl = place.Nccl is { } nccl
            ? new NcclPeer { Version = (uint)nccl.Version, Device = nccl.Device, Id = ByteString.FromBase64(nccl.Id), Obstacle = nccl.Obstacle }
            : null,
    };

    private static bool IsSound(RingJoin join) =>
        join.Ranks is > 0 and <= CollectiveRun.MaximumRanks && join.Rank < join.Ranks && join.Peer is { } peer
        && peer.Secret.Length == RingMember.SecretBytes && IsShort(peer.Address) && IsShort(peer.Machine) && IsShort(peer.Name)
        && (peer.Nccl is not { } nccl || (nccl.Id.Length is 0 or NcclPlace.IdBytes && IsShort(nccl.Device) && IsShort(nccl.Obstacle)));

    private static bool IsShort(string text) => text.Length <= CollectiveMessages.MostLetters;
}
