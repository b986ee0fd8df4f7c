using System.Runtime.InteropServices;

namespace ControlPlane.Agent.Tenants;

/// <summary>The user as which tenants' own kernels run, and the host memory that each may take.</summary>
/// <param name="Name">Its name on this machine.</param>
/// <param name="User">Its number, never root's.</param>
/// <param name="Group">Its first group's number, never root's.</param>
/// <param name="MemoryBytes">Most host memory of one process.</param>
internal sealed partial record TenantUser(string Name, uint User, uint Group, long MemoryBytes)
{
    // Of struct passwd, behind two pointers; the same in glibc and musl.
    private static readonly int UserOffset = 2 * nint.Size;

    /// <summary>Least host memory. The runtime comes up in 64 MiB; what a GPU's driver takes comes on top.</summary>
    public const int LeastMebibytes = 128;

    /// <summary>True when this process may start others as another user.</summary>
    public static bool CanBecomeOthers => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    /// <summary>The user of a name, or null when this machine has none.</summary>
    public static TenantUser? Find(string name, int mebibytes)
    {
        var entry = FindEntry(name);
        return entry == 0 ? null : new(
            name, (uint)Marshal.ReadInt32(entry, UserOffset), (uint)Marshal.ReadInt32(entry, UserOffset + sizeof(uint)), (long)mebibytes << 20);
    }

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindEntry(string name);
}
