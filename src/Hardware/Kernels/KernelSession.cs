using System.Buffers;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>One kernel's buffers on a device, filled and ready to run.</summary>
internal sealed class KernelSession : IDisposable
{
    private readonly IComputeDevice _device;
    private readonly KernelProgram _program;
    private readonly KernelSizes _sizes;
    private readonly ulong _seed;
    private readonly IReadOnlyList<KernelBuffer> _layout;
    private readonly List<IDeviceBuffer> _buffers = [];
    private readonly IReadOnlyList<KernelLaunch> _launches;

    public KernelSession(IComputeDevice device, KernelProgram program, KernelSizes sizes, ulong seed, CancellationToken cancellation)
    {
        (_device, _program, _sizes, _seed, _layout) = (device, program, sizes, seed, program.Buffers(sizes));
        try
        {
            foreach (var buffer in _layout)
                _buffers.Add(device.Allocate(buffer.Bytes));
            Fill(BufferRole.Input, cancellation);
            _launches = program.LaunchesOn(device.Description, sizes, seed, _buffers);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What it submits.</summary>
    public IReadOnlyList<KernelLaunch> Launches => _launches;

    /// <summary>Runs it once and returns the seconds the device took. Never left while it runs, because it uses the buffers.</summary>
    public Task<double> RunAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < _buffers.Count; i++)
        {
            if (_layout[i].Role == BufferRole.Total)
                Clear(_buffers[i]);
        }
        Fill(BufferRole.Updated, cancellation);
        return _device.RunAsync(_launches, CancellationToken.None);
    }

    /// <summary>The buffers that are results, in their order.</summary>
    public IReadOnlyList<KernelOutput> Outputs =>
        [.. _buffers.Where((_, i) => _layout[i].IsResult).Select(buffer => new KernelOutput(buffer))];

    public KernelVerdict Verify() => _program.Verify(_sizes, new(_seed, _layout), Outputs);

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private static void Clear(IDeviceBuffer buffer)
    {
        var zeros = new byte[Math.Min(KernelOutput.PieceBytes, buffer.Bytes)];
        for (long offset = 0; offset < buffer.Bytes; offset += zeros.Length)
            buffer.Upload(offset, zeros.AsSpan(0, (int)Math.Min(zeros.Length, buffer.Bytes - offset)));
    }

    private void Fill(BufferRole role, CancellationToken cancellation)
    {
        var piece = ArrayPool<byte>.Shared.Rent(KernelOutput.PieceBytes);
        for (var i = 0; i < _buffers.Count; i++)
        {
            if (_layout[i].Role != role)
                continue;
            for (long offset = 0; offset < _layout[i].Bytes; offset += KernelOutput.PieceBytes)
            {
                cancellation.ThrowIfCancellationRequested();
                var part = piece.AsSpan(0, (int)Math.Min(KernelOutput.PieceBytes, _layout[i].Bytes - offset));
                InputData.Fill(_seed, i, _layout[i], offset, part);
                _buffers[i].Upload(offset, part);
            }
        }
        ArrayPool<byte>.Shared.Return(piece);
    }
}
