using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>The content of a Site manifest.</summary>
[Meaning("A site: one jurisdiction, one grid connection, one or more halls.")]
public sealed record SiteSpec
{
    [Meaning("The law the site stands under, such as us-tx. Jobs may be bound to it.")]
    public required string Jurisdiction { get; init; }

    [Meaning("The grid region, such as ercot; shown to operators.")]
    public string GridRegion { get; init; } = "";

    [Meaning("Whether jobs may bring kernels of their own as PTX. Default false. They run as the user that agents were given with --tenant-user.")]
    public bool TenantKernels { get; init; }
}

/// <summary>The content of a Hall manifest.</summary>
[Meaning("A hall: the unit of placement. Power and cooling are bounded in it.")]
public sealed record HallSpec
{
    [Meaning("The site it stands on."), RefersTo("Site")]
    public required string Site { get; init; }
}

/// <summary>The content of a PowerDomain manifest.</summary>
[Meaning("A node of the electrical tree.")]
public sealed record PowerDomainSpec
{
    [Meaning("The hall it belongs to."), RefersTo("Hall")]
    public required string Hall { get; init; }

    [Meaning("What it is."), OneOf("feed", "ups", "pdu", "busway")]
    public required string Type { get; init; }

    [Meaning("The power domain that feeds it; leave out at the root of a tree."), RefersTo("PowerDomain")]
    public string? Parent { get; init; }

    [Meaning("Power domains that carry its load in equal parts when it fails. Each keeps room for that: one for 2N, all others for N+1 or 4N/3.")]
    public IReadOnlyList<string> BackedBy { get; init; } = [];

    [Meaning("Nameplate rating, such as 2MW."), Between(1, 1e10)]
    public required Watts Rating { get; init; }

    [Meaning("Share of the rating that may be drawn continuously, 0.1 to 1. 0.8 is usual for a breaker in North America. Default 1.")]
    [Between(0.1, 1)]
    public double ContinuousShare { get; init; } = 1;

    [Meaning("How much may be booked over what it carries, as far as its racks were seen to draw less than is booked; caps armed on the nodes hold the rest. 1.3 is what published halls run. Default 1: nothing.")]
    [Between(1, 2)]
    public double Oversubscription { get; init; } = 1;
}

/// <summary>The content of a CoolingLoop manifest.</summary>
[Meaning("A cooling loop (CDU) or an air zone.")]
public sealed record CoolingLoopSpec
{
    [Meaning("The hall it belongs to."), RefersTo("Hall")]
    public required string Hall { get; init; }

    [Meaning("What carries the heat."), OneOf("liquid", "air")]
    public required string Type { get; init; }

    [Meaning("Heat it can carry away, such as 1.3MW."), Between(1, 1e10)]
    public required Watts Capacity { get; init; }

    [Meaning("Temperature of what it supplies, such as 30C. Default 25C."), Between(0, 60)]
    public Celsius SupplyTemperature { get; init; } = Celsius.FromDegrees(25);
}

/// <summary>The content of a Rack manifest.</summary>
[Meaning("One or more equal racks. A rack's name is the manifest's with a number: gb200-01.")]
public sealed record RackSpec
{
    [Meaning("The hall they stand in."), RefersTo("Hall")]
    public required string Hall { get; init; }

    [Meaning("A rack type of the catalogue, such as GB200-NVL72.")]
    public required string Type { get; init; }

    [Meaning("How many racks. Default 1."), Between(1, 5000)]
    public int Count { get; init; } = 1;

    [Meaning("Number of the row they stand in, from 1. Default 1."), Between(1, 1000)]
    public int Row { get; init; } = 1;

    [Meaning("The power domain that feeds them."), RefersTo("PowerDomain")]
    public required string PowerDomain { get; init; }

    [Meaning("Power limit of each rack; the type's own when left out."), Between(1, 1e9)]
    public Watts? PowerLimit { get; init; }

    [Meaning("The liquid loop that carries the liquid share of their heat."), RefersTo("CoolingLoop")]
    public string? LiquidLoop { get; init; }

    [Meaning("The air zone that carries the rest of their heat."), RefersTo("CoolingLoop")]
    public string? AirZone { get; init; }

    [Meaning("The fabric they are cabled to."), RefersTo("Fabric")]
    public string? Fabric { get; init; }

    [Meaning("Who owns the devices: simulated (in this process) or agent (a process on the node). Default simulated.")]
    [OneOf("simulated", "agent")]
    public string Devices { get; init; } = "simulated";
}

/// <summary>The content of a Fabric manifest.</summary>
[Meaning("A scale-out network: racks in name order fill leaf groups, leaf groups fill spine groups.")]
public sealed record FabricSpec
{
    [Meaning("The hall it serves."), RefersTo("Hall")]
    public required string Hall { get; init; }

    [Meaning("What it is."), OneOf("infiniband", "ethernet")]
    public required string Type { get; init; }

    [Meaning("Racks in one leaf group. Default 4."), Between(1, 1000)]
    public int RacksPerLeaf { get; init; } = 4;

    [Meaning("Bandwidth from one leaf group to its spine, one direction, such as 12.8Tbps.")]
    [Between(1, 1e9)]
    public required GigabitsPerSecond LeafUplink { get; init; }

    [Meaning("Leaf groups in one spine group. Default 8."), Between(1, 1000)]
    public int LeavesPerSpine { get; init; } = 8;

    [Meaning("Bandwidth above one spine group, one direction; not limited when left out."), Between(1, 1e9)]
    public GigabitsPerSecond? SpineUplink { get; init; }
}

/// <summary>The content of a Queue manifest.</summary>
[Meaning("A queue: who pays for jobs, and how much they may hold.")]
public sealed record QueueSpec
{
    [Meaning("The queue above it; leave out at the root."), RefersTo("Queue")]
    public string? Parent { get; init; }

    [Meaning("Most GPUs its jobs may hold in one hall, its children's included; not limited when left out.")]
    [Between(0, 1e7)]
    public double? LimitGpus { get; init; }

    [Meaning("GPUs its jobs are guaranteed in one hall, its children's included; when left out nothing is reclaimed for it or from it.")]
    [Between(0, 1e7)]
    public double? QuotaGpus { get; init; }

    [Meaning("Its part, against its siblings, of what is left beyond all quotas. Default 1."), Between(0, 1e6)]
    public double OverQuotaWeight { get; init; } = 1;
}

/// <summary>The content of a Reservation manifest.</summary>
[Meaning("Nodes that are kept from one instant until another: for a queue, for a job, or for nobody, as for maintenance. Jobs that would still run there by then start elsewhere; what runs there is not stopped.")]
public sealed record ReservationSpec
{
    [Meaning("The hall the nodes stand in."), RefersTo("Hall")]
    public required string Hall { get; init; }

    [Meaning("Racks all of whose nodes are kept, such as gb200-01.")]
    public IReadOnlyList<string> Racks { get; init; } = [];

    [Meaning("Single nodes that are kept, such as gb200-02-n03.")]
    public IReadOnlyList<string> Nodes { get; init; } = [];

    [Meaning("The first instant, with its offset from UTC, such as 2027-01-15T22:00:00Z.")]
    public required DateTimeOffset From { get; init; }

    [Meaning("The first instant after it, such as 2027-01-16T04:00:00Z.")]
    public required DateTimeOffset Until { get; init; }

    [Meaning("The queue, its children included, for whose jobs they are kept."), RefersTo("Queue")]
    public string? Queue { get; init; }

    [Meaning("The job for which they are kept.")]
    public string? Job { get; init; }
}

/// <summary>The content of a Dataset manifest.</summary>
[Meaning("Data that jobs read, and where and by whom it may be read.")]
public sealed record DatasetSpec
{
    [Meaning("Jurisdictions it may be read in, such as us-tx; every one when left out.")]
    public IReadOnlyList<string> Jurisdictions { get; init; } = [];

    [Meaning("Halls that hold a copy. Jobs that read it are offered to these halls first.")]
    public IReadOnlyList<string> Copies { get; init; } = [];

    [Meaning("Queues whose jobs may read it; every queue when left out.")]
    public IReadOnlyList<string> Queues { get; init; } = [];
}
