namespace ControlPlane.Domain.Manifests;

/// <summary>The kinds of manifest and the record that holds each kind's content.</summary>
public static class ManifestKinds
{
    /// <summary>The version that every manifest states.</summary>
    public const string ApiVersion = "factory/v1";

    /// <summary>Content types by kind, in the order in which objects refer to one another.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["Site"] = typeof(SiteSpec),
        ["Hall"] = typeof(HallSpec),
        ["PowerDomain"] = typeof(PowerDomainSpec),
        ["CoolingLoop"] = typeof(CoolingLoopSpec),
        ["Fabric"] = typeof(FabricSpec),
        ["Rack"] = typeof(RackSpec),
        ["Queue"] = typeof(QueueSpec),
        ["Reservation"] = typeof(ReservationSpec),
        ["Dataset"] = typeof(DatasetSpec),
        ["PowerPolicy"] = typeof(PowerPolicySpec),
        ["Job"] = typeof(JobManifestSpec),
    };
}
