using System.Buffers;
using System.Runtime.InteropServices;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Programs;

/// <summary>A program's buffers on a device: allocated, filled and given back together.</summary>
internal sealed class DeviceMemory : IDisposable
{
    private const int FillThreads = 256;
    private const int FillChunk = 16384;
    private const int ConstantPattern = 3; // Its word is the mask.

    private readonly ProgramWork _program;
    private readonly Dictionary<string, (int Number, ProgramBuffer Buffer, IDeviceBuffer Memory)> _buffers = [];

    public DeviceMemory(IComputeDevice device, ProgramWork program)
    {
        _program = program;
        try
        {
            // Whole words, because that is what a constant is written in.
            foreach (var buffer in program.Buffers)
                _buffers[buffer.Name] = (_buffers.Count, buffer, device.Allocate((ProgramCheck.BytesOf(buffer) + 3) / 4 * 4));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IDeviceBuffer this[string name] => _buffers[name].Memory;

    public IReadOnlyList<IDeviceBuffer> All(IEnumerable<string> names) => [.. names.Select(name => _buffers[name].Memory)];

    public ProgramBuffer Shape(string name) => _buffers[name].Buffer;

    /// <summary>A launch that fills a buffer with a constant.</summary>
    public KernelLaunch Constant(string name, double value)
    {
        var (_, buffer, memory) = _buffers[name];
        var bits = BitConverter.SingleToUInt32Bits((float)value);
        var word = buffer.Type switch
        {
            ElementType.Int32 => (uint)(int)value,
            ElementType.Bfloat16 => Bfloat16.Of((float)value) * 0x10001u,
            _ => bits,
        };
        var words = memory.Bytes / sizeof(uint);
        return new("factory_pattern_write", checked((int)((words + FillChunk - 1) / FillChunk)), 1, FillThreads,
            [KernelArgument.Of(memory), KernelArgument.Of(words), KernelArgument.Of(ConstantPattern), KernelArgument.Of(0), word, 0]);
    }

    /// <summary>Writes random numbers; each turn has its own, and so has each buffer.</summary>
    /// <param name="turn">0 before the first step.</param>
    public void Randomise(string name, BufferFill fill, long turn, CancellationToken cancellation)
    {
        var (number, buffer, memory) = _buffers[name];
        var contents = new KernelBuffer(memory.Bytes, BufferRole.Input)
        {
            Contents = buffer.Type switch { ElementType.Int32 => BufferContents.Tokens, ElementType.Bfloat16 => BufferContents.Bfloat16, _ => BufferContents.Floats },
            Scale = (float)fill.Scale,
            Limit = fill.Limit,
        };
        var seed = unchecked(_program.Seed + ((ulong)turn * 0xbf58476d1ce4e5b9UL));
        var piece = ArrayPool<byte>.Shared.Rent(KernelOutput.PieceBytes);
        for (long offset = 0; offset < memory.Bytes; offset += KernelOutput.PieceBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = piece.AsSpan(0, (int)Math.Min(KernelOutput.PieceBytes, memory.Bytes - offset));
            InputData.Fill(seed, number, contents, offset, part);
            memory.Upload(offset, part);
        }
        ArrayPool<byte>.Shared.Return(piece);
    }

    /// <summary>The mean of a buffer's floats, added up in order in double precision.</summary>
    public double Mean(string name)
    {
        var (_, buffer, memory) = _buffers[name];
        const int most = KernelOutput.PieceBytes / sizeof(float);
        var (sum, values) = (0.0, new float[(int)Math.Min(most, buffer.Count)]);
        for (long first = 0; first < buffer.Count; first += most)
        {
            var part = values.AsSpan(0, (int)Math.Min(most, buffer.Count - first));
            memory.Download(first * sizeof(float), MemoryMarshal.AsBytes(part));
            foreach (var value in part)
                sum += value;
        }
        return sum / buffer.Count;
    }

    public ulong Checksum(IEnumerable<string> names) => KernelOutput.Checksum(names.Select(name => new KernelOutput(_buffers[name].Memory)));

    public void Dispose()
    {
        foreach (var (_, _, memory) in _buffers.Values)
            memory.Dispose();
        _buffers.Clear();
    }
}
