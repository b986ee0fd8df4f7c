namespace ControlPlane.Agent;

/// <content>Whether it runs what tenants wrote.</content>
internal sealed partial class LeasedDevice
{
    /// <summary>True where tenants' own kernels may run.</summary>
    public bool TakesTenants { private get; init; }

    // Not "to be done elsewhere": the job would come back here, and wait for ever without being told why.
    private string? WhyNoTenants()
    {
        if (!TakesTenants)
            return $"node {node.Name} runs no kernels of tenants' own: its agent was started without --tenant-user";
        return description.Kind == "cuda" ? null : $"a kernel of a tenant's own is PTX, which needs a CUDA device, and device {Index} of {node.Name} is of kind {description.Kind}; name other nodes or models in the job";
    }
}
