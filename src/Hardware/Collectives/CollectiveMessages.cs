using ControlPlane.Domain.Jobs;

using Google.Protobuf;

using Wire = ControlPlane.Hardware.Protocol;

namespace ControlPlane.Hardware.Collectives;

/// <summary>Collectives and their ranks as messages of agent.proto, and back.</summary>
public static class CollectiveMessages
{
    /// <summary>Most letters of a text that ranks tell each other: far more than an address, a machine's number or a name take.</summary>
    public const int MostLetters = 256;

    /// <summary>The message of one rank's part.</summary>
    public static Wire.CollectiveWork Of(CollectiveWork work, int rank)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new()
        {
            Operation = (Wire.CollectiveKind)work.Operation,
            Bytes = work.Bytes,
            Repetitions = (uint)work.Repetitions,
            Check = work.Check,
            Seed = work.Seed,
            TimeoutSeconds = (uint)Math.Ceiling(work.Timeout.TotalSeconds),
            Rank = (uint)rank,
            Ranks = (uint)work.Ranks,
        };
    }

    /// <summary>What the rank is asked to do; whether it can is for <see cref="CollectiveRun"/> to say.</summary>
    public static CollectiveRequest Read(Wire.CollectiveWork message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new((CollectiveOperation)message.Operation, message.Bytes, (int)Math.Clamp(message.Repetitions, 1, int.MaxValue), message.Check, message.Seed);
    }

    /// <summary>The message of a rank.</summary>
    public static Wire.RingPeer Of(RingMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return new()
        {
            Address = member.Address,
            Secret = ByteString.CopyFrom(member.Secret.Span),
            Machine = member.Machine,
            Name = member.Name,
            Words = (uint)member.Words,
            Nccl = member.Nccl is { } nccl ? Of(nccl) : null,
        };
    }

    /// <summary>As a message; what is too long for one is cut.</summary>
    private static Wire.NcclPeer Of(NcclMember nccl) => new()
    {
        Version = (uint)nccl.Version,
        Device = nccl.Device,
        Id = ByteString.CopyFrom(nccl.Id.Span),
        Obstacle = nccl.Obstacle.Length <= MostLetters ? nccl.Obstacle : nccl.Obstacle[..MostLetters],
    };

    private static NcclMember? Read(Wire.NcclPeer? message) =>
        message is null ? null : new((int)Math.Min(message.Version, int.MaxValue), message.Device, message.Id.Memory, message.Obstacle);

    /// <summary>The rank of a message.</summary>
    /// <exception cref="CollectiveFaultException">It says nothing that one could connect to.</exception>
    public static RingMember Read(Wire.RingPeer message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Secret.Length == RingMember.SecretBytes
            ? new(message.Address, message.Secret.Memory, message.Machine, message.Name) { Words = (int)Math.Min(message.Words, int.MaxValue), Nccl = Read(message.Nccl) }
            : throw new CollectiveFaultException(FormattableString.Invariant($"{message.Name} has a secret of {message.Secret.Length} bytes, not {RingMember.SecretBytes}"));
    }
}
