using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>Reads results back from the device in pieces: an output may be larger than a managed array.</summary>
internal sealed class KernelOutput(IDeviceBuffer buffer)
{
    public const int PieceBytes = 4 << 20;

    public long Elements => buffer.Bytes / sizeof(float);

    public float[] Floats(long first, int count) => Read<float>(first, count);

    /// <summary>The elements as values of another type of a fixed size; <paramref name="first"/> counts those.</summary>
    public T[] Read<T>(long first, int count) where T : unmanaged
    {
        var values = new T[count];
        buffer.Download(first * Unsafe.SizeOf<T>(), MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Calls with the floats of one piece after another, and where each begins.</summary>
    public void Scan(Action<long, float[]> piece)
    {
        const int most = PieceBytes / sizeof(float);
        for (long first = 0; first < Elements; first += most)
            piece(first, Floats(first, (int)Math.Min(most, Elements - first)));
    }

    /// <summary>FNV-1a, 64 bits, over all of them one after another.</summary>
    public static ulong Checksum(IEnumerable<KernelOutput> outputs) =>
        outputs.Aggregate(0xcbf29ce484222325, (sum, output) => output.Checksum(sum));

    private ulong Checksum(ulong sum)
    {
        const ulong prime = 0x100000001b3;
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        for (long offset = 0; offset < buffer.Bytes; offset += PieceBytes)
        {
            var part = piece.AsSpan(0, (int)Math.Min(PieceBytes, buffer.Bytes - offset));
            buffer.Download(offset, part);
            foreach (var value in part)
                sum = (sum ^ value) * prime;
        }
        ArrayPool<byte>.Shared.Return(piece);
        return sum;
    }
}
