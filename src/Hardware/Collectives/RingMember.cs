using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace ControlPlane.Hardware.Collectives;

/// <summary>One rank of a ring, as its peers need to know it.</summary>
/// <param name="Address">Where it listens, such as <c>10.0.0.7:41234</c>.</param>
/// <param name="Secret">What who connects to it must know, 16 bytes: only the ring's members are told.</param>
/// <param name="Machine">What tells machines apart: ranks of one share memory.</param>
/// <param name="Name">What a person calls it, such as <c>rack-01-n00 device 0</c>.</param>
public sealed record RingMember(string Address, ReadOnlyMemory<byte> Secret, string Machine, string Name)
{
    /// <summary>Which words its ring's ranks understand: 1 knows of results compared and of signs of life; 0 is from before.</summary>
    public const int NewestWords = 1;

    /// <summary>Which words it understands.</summary>
    public int Words { get; init; } = NewestWords;

    /// <summary>What it says of NCCL; null where it is on no CUDA device, or knows nothing of it.</summary>
    public NcclMember? Nccl { get; init; }

    /// <summary>Bytes of a secret.</summary>
    public const int SecretBytes = 16;

    /// <summary>This machine, until it is started anew.</summary>
    public static string ThisMachine { get; } = OfThisMachine();

    internal static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    internal IPEndPoint EndPoint => IPEndPoint.TryParse(Address, out var parsed)
        ? parsed
        : throw new CollectiveFaultException($"\"{Address}\", where {Name} is to listen, is no address with a port");

    /// <summary>The rank and its name, for messages.</summary>
    internal string Called(int rank) => string.Create(CultureInfo.InvariantCulture, $"rank {rank} ({Name})");

    // A boot's number is the machine's own; containers of one machine see the same, and share memory where they may.
    private static string OfThisMachine()
    {
        const string boot = "/proc/sys/kernel/random/boot_id";
        try
        {
            return File.ReadAllText(boot).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }
}
