using System.Buffers;
using System.Runtime.InteropServices;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>Reads results back from the device in pieces: an output may be larger than a managed array.</summary>
internal sealed class KernelOutput(IDeviceBuffer buffer)
{
    public const int PieceBytes = 4 << 20;

    public long Elements => buffer.Bytes / sizeof(float);

    public float[] Floats(long first, int count) => Read<float>(first, count);

    public uint[] Words(long first, int count) => Read<uint>(first, count);

    /// <summary>FNV-1a, 64 bits.</summary>
    public ulong Checksum()
    {
        const ulong prime = 0x100000001b3;
        var sum = 0xcbf29ce484222325;
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

    private T[] Read<T>(long first, int count) where T : unmanaged
    {
        var values = new T[count];
        buffer.Download(first * sizeof(float), MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
