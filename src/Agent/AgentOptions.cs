using ControlPlane.Hardware.Devices;

namespace ControlPlane.Agent;

/// <summary>The agent's command line.</summary>
internal sealed class AgentOptions
{
    public required IReadOnlyList<Uri> Hosts { get; init; }

    public required string Node { get; init; }

    public string? TokenFile { get; init; }

    public string? AuthorityFile { get; init; }

    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public DeviceChoice Devices { get; init; }

    public string? JournalFile { get; init; }

    public TimeSpan KernelTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public int RestartLimit { get; init; } = 5;

    public string ResetCommand { get; init; } = "";

    public string? Address { get; init; }

    /// <summary>The user as which tenants' own kernels run; none of them run when it is null.</summary>
    public string? TenantUser { get; init; }

    /// <summary>Host memory that one of them may take.</summary>
    public int TenantMebibytes { get; init; } = 4096;

    /// <summary>Files and folders that a tenant's process must not read.</summary>
    public IEnumerable<string> Secrets => new[] { TokenFile, KeyFile, JournalFile, JournalFile is null ? null : JournalFile + "-checkpoints" }.OfType<string>();

    public bool ExitWithParent { get; init; }

    /// <summary>What is wrong, all of it at once.</summary>
    public IEnumerable<string> Flaws()
    {
        foreach (var host in Hosts)
        {
            if (!host.IsAbsoluteUri || host.Scheme is not ("http" or "https"))
                yield return $"--host {host}: an address such as http://127.0.0.1:5001 is needed.";
        }
        if (string.IsNullOrWhiteSpace(Node))
            yield return "--node is empty: give the node's id, such as rack-lab-n00.";
        if (TokenFile is not null && !File.Exists(TokenFile))
            yield return $"--token-file {TokenFile}: there is no such file.";
        if ((CertificateFile is null) != (KeyFile is null))
            yield return "--certificate and --key belong together: give both PEM files, or neither.";
        else if ((CertificateFile ?? AuthorityFile) is not null && Hosts.Any(host => host is { IsAbsoluteUri: true, Scheme: "http" }))
            yield return "--host: certificates are shown over https only; an address such as https://host:5081 is needed.";
        else
        {
            foreach (var flaw in new Link.HostTrust(this).Flaws())
                yield return flaw;
        }
        if (Address is not null && !System.Net.IPAddress.TryParse(Address, out _))
            yield return $"--address {Address}: an address of this machine such as 10.0.0.7 is needed.";
        foreach (var flaw in TenantFlaws())
            yield return flaw;
        if (KernelTimeout <= TimeSpan.Zero)
            yield return "--kernel-timeout: at least one second is needed.";
        if (RestartLimit < 0)
            yield return "--restart-limit: zero or more is needed.";
    }

    private IEnumerable<string> TenantFlaws()
    {
        if (TenantUser is null)
            yield break;
        if (TenantMebibytes < Tenants.TenantUser.LeastMebibytes)
            yield return $"--tenant-memory {TenantMebibytes}: at least {Tenants.TenantUser.LeastMebibytes} MiB are needed.";
        if (Tenants.TenantUser.Find(TenantUser, TenantMebibytes) is not { } user)
            yield return $"--tenant-user {TenantUser}: this machine has no such user; make one without a password or a shell, such as by useradd --system.";
        else if (user.User == 0 || user.Group == 0)
            yield return $"--tenant-user {TenantUser}: it has the rights of root, which confine nobody; give another one.";
        else if (!Tenants.TenantUser.CanBecomeOthers)
            yield return $"--tenant-user {TenantUser}: the agent must run as root to start another user's processes.";
    }
}
