using ControlPlane.Agent.Execution;

using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent.Tenants;

/// <summary>Whether and how this node runs tenants' own kernels.</summary>
/// <param name="User">As whom; null when it runs none.</param>
/// <param name="Turn">Taken while one runs, where their processes would see one another; null where they do not.</param>
internal sealed record Tenancy(TenantUser? User, SemaphoreSlim? Turn)
{
    /// <summary>None of them.</summary>
    public static Tenancy None { get; } = new(null, null);

    /// <summary>Looks whether a user is confined here; what is wrong otherwise.</summary>
    public static async Task<(Tenancy Tenancy, List<string> Flaws)> PrepareAsync(string name, AgentOptions options)
    {
        if (TenantUser.Find(name, options.TenantMebibytes) is not { } user)
            return (None, [$"--tenant-user {name}: this machine has no such user."]);
        // What an agent of an earlier release left open to others.
        if (options.JournalFile is { } journal)
            PrivateFile.Close(journal, journal + "-checkpoints");
        var (objections, missing) = await TenantLauncher.CheckAsync(user, options.Secrets).ConfigureAwait(false);
        var isSeen = missing.Contains(TenantLauncher.Processes);
        if (missing.Count > 0)
            Console.Error.WriteLine($"--tenant-user {name}: this machine permits no namespaces of {string.Join(" and ", missing)}; system calls are filtered all the same{(isSeen ? ", and tenants' work runs one at a time" : "")}.");
        return (new(user, isSeen ? new SemaphoreSlim(1) : null), [.. objections.Select(objection => $"--tenant-user {name}: {objection}.")]);
    }

    /// <summary>What runs them on a device; null when none of them run.</summary>
    public TenantExecutor? ExecutorOf(string device, CheckpointStore checkpoints, TimeProvider clock, ILogger log) =>
        User is null ? null : new(this, device, checkpoints, clock, log);
}
