using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Collectives;

/// <summary>What a rank on a CUDA device says of NCCL.</summary>
/// <param name="Version">The version that it has, such as 22304 for 2.23.4; 0 for none.</param>
/// <param name="Device">The device's UUID: no two ranks of one communicator are on one device.</param>
/// <param name="Id">By which all find each other; rank 0's counts, and others' are empty.</param>
/// <param name="Obstacle">Why it has none, for a person; empty where it has.</param>
public sealed record NcclMember(int Version, string Device, ReadOnlyMemory<byte> Id, string Obstacle)
{
    /// <summary>What a rank on this device says; null for devices that NCCL knows nothing of.</summary>
    public static NcclMember? Of(IComputeDevice device, int rank)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.Description.Kind != "cuda")
            return null;
        try
        {
            return new(device.NcclVersion(), device.Description.Uuid, rank == 0 ? device.NewNcclId() : default(ReadOnlyMemory<byte>), "");
        }
        catch (DeviceFaultException e) when (e.Code is DeviceFaultException.NoNccl or DeviceFaultException.NcclFailed)
        {
            return new(0, device.Description.Uuid, default, e.Message);
        }
    }

    /// <summary>A version as people write it.</summary>
    public static string Text(int version) => FormattableString.Invariant($"{version / 10_000}.{version / 100 % 100}.{version % 100}");

    /// <summary>
    /// Null when a ring's ranks use NCCL; otherwise why not, and empty where no rank ever could. Every rank comes to the same
    /// by itself, since all are told the same.
    /// </summary>
    public static string? WhyNot(IReadOnlyList<RingMember> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.All(member => member.Nccl is null))
            return "";
        var devices = new Dictionary<string, int>();
        for (var rank = 0; rank < members.Count; rank++)
        {
            var member = members[rank];
            if (member.Nccl is not { Version: > 0 } nccl)
                return $"{member.Called(rank)} has none{(member.Nccl is { Obstacle.Length: > 0 } lacking ? ": " + lacking.Obstacle : "")}";
            if (nccl.Version != members[0].Nccl!.Version)
                return $"{member.Called(rank)} has {Text(nccl.Version)}, {members[0].Called(0)} {Text(members[0].Nccl!.Version)}";
            if (!devices.TryAdd(nccl.Device, rank))
                return $"{members[devices[nccl.Device]].Called(devices[nccl.Device])} and {member.Called(rank)} share a device";
        }
        return members[0].Nccl!.Id.Length == NcclPlace.IdBytes ? null : $"{members[0].Called(0)} gave no id";
    }
}
