using ControlPlane.Domain;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Links;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Power;
using ControlPlane.Grains.Queues;
using ControlPlane.Grains.Racks;
using ControlPlane.Grains.Sites;

namespace ControlPlane.Grains;

/// <summary>
/// How each noun's grain is found. Every key has a kind and a slash before the name: a bare name made of
/// hexadecimal digits would share a storage row with its other spellings.
/// </summary>
public static class GrainKeys
{
    /// <summary>The grain that keeps the factory's declared objects.</summary>
    public static IFactoryGrain Factory(this IGrainFactory grains) => grains.GetGrain<IFactoryGrain>("factory/one");

    /// <summary>A hall's placement.</summary>
    public static IPlacementGrain Hall(this IGrainFactory grains, HallId hall) => grains.GetGrain<IPlacementGrain>("hall/" + hall.Value);

    /// <summary>What looks at a hall's past decisions.</summary>
    public static Decisions.IDecisionGrain Decisions(this IGrainFactory grains, HallId hall) => grains.GetGrain<Decisions.IDecisionGrain>("hall/" + hall.Value);

    /// <summary>A job.</summary>
    public static IJobGrain Job(this IGrainFactory grains, JobId job) => grains.GetGrain<IJobGrain>("job/" + job.Value);

    /// <summary>A rack.</summary>
    public static IRackGrain Rack(this IGrainFactory grains, RackId rack) => grains.GetGrain<IRackGrain>("rack/" + rack.Value);

    /// <summary>A GPU.</summary>
    public static IGpuGrain Gpu(this IGrainFactory grains, GpuId gpu) => grains.GetGrain<IGpuGrain>("gpu/" + gpu.Value);

    /// <summary>Where the ranks of a gang's collective find each other.</summary>
    public static IRingGrain Ring(this IGrainFactory grains, JobId job, long generation) =>
        grains.GetGrain<IRingGrain>(FormattableString.Invariant($"ring/{job.Value}/{generation}"));

    /// <summary>A trunk of a hall's fabric.</summary>
    public static ILinkGrain Link(this IGrainFactory grains, HallId hall, LinkId link) => grains.GetGrain<ILinkGrain>($"link/{hall.Value}/{link.Value}");

    /// <summary>What is known of a node's health.</summary>
    public static Health.INodeHealthGrain Health(this IGrainFactory grains, HallId hall, NodeId node) => grains.GetGrain<Health.INodeHealthGrain>($"health/{hall.Value}/{node.Value}");

    /// <summary>What is done by itself about faults of a hall's GPUs.</summary>
    public static Health.IRemedyGrain Remedies(this IGrainFactory grains, HallId hall) => grains.GetGrain<Health.IRemedyGrain>("remedies/" + hall.Value);

    /// <summary>What tests a hall's idle GPUs in the background.</summary>
    public static Health.ICheckGrain Checks(this IGrainFactory grains, HallId hall) => grains.GetGrain<Health.ICheckGrain>("checks/" + hall.Value);

    /// <summary>The feed tree of a hall that starts at the given power domain.</summary>
    public static IPowerGrain Power(this IGrainFactory grains, HallId hall, PowerDomainId root) => grains.GetGrain<IPowerGrain>($"feed/{hall.Value}/{root.Value}");

    /// <summary>A queue.</summary>
    public static IQueueGrain Queue(this IGrainFactory grains, QueueId queue) => grains.GetGrain<IQueueGrain>("queue/" + queue.Value);

    /// <summary>The name in a grain's key: what follows the last slash.</summary>
    internal static string Name(this IGrainBase grain)
    {
        var key = grain.GrainContext.GrainId.Key.ToString()!;
        return key[(key.LastIndexOf('/') + 1)..];
    }

    /// <summary>A GPU's id from its node and index.</summary>
    public static GpuId GpuOf(NodeId node, int gpu) => new($"{node.Value}-g{gpu}");
}
