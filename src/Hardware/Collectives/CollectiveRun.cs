using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Collectives;

/// <summary>One rank's part in a collective on a device: its data, the repetitions and the check.</summary>
public sealed class CollectiveRun : IDisposable
{
    /// <summary>Most bytes of a result: as many floats as a kernel takes.</summary>
    public const long MaximumBytes = (1L << 28) * sizeof(float);

    /// <summary>Most ranks of a ring: its steps grow with them, and trees serve more.</summary>
    public const int MaximumRanks = 512;

    private readonly IComputeDevice _device;
    private readonly CollectiveRequest _request;
    private readonly int _ranks;
    private readonly KernelBuffer _layout;
    private readonly IDeviceBuffer _input;
    private readonly IDeviceBuffer _output;

    /// <summary>Takes the memory and fills in the rank's data; so do it before others wait.</summary>
    /// <exception cref="ArgumentException">The request cannot run; the message has every reason.</exception>
    /// <exception cref="DeviceFaultException">The device has no room, or failed.</exception>
    public CollectiveRun(IComputeDevice device, CollectiveRequest request, int rank, int ranks)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(request);
        var flaws = Flaws(request, ranks);
        if (flaws.Count > 0)
            throw new ArgumentException(string.Join(' ', flaws.Select(flaw => flaw.Message)), nameof(request));
        (_device, _request, _ranks) = (device, request, ranks);
        _layout = KernelBuffer.Floats(request.Bytes / sizeof(float), BufferRole.Input);
        _input = device.Allocate(request.Bytes);
        try
        {
            _output = device.Allocate(request.Bytes);
            Fill(rank);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with a request; empty when it can run.</summary>
    public static IReadOnlyList<KernelFlaw> Flaws(CollectiveRequest request, int ranks)
    {
        ArgumentNullException.ThrowIfNull(request);
        var flaws = new List<KernelFlaw>();
        if (ranks is < 1 or > MaximumRanks)
            flaws.Add(new("ranks", FormattableString.Invariant($"There are {ranks} ranks; give 1 to {MaximumRanks}.")));
        if (request.Bytes is < sizeof(float) or > MaximumBytes || request.Bytes % sizeof(float) != 0)
            flaws.Add(new("bytes", FormattableString.Invariant($"bytes is {request.Bytes}; give whole floats of 4 bytes, from 4 to {MaximumBytes}.")));
        if (request.Repetitions is < 1 or > 1_000_000)
            flaws.Add(new("repetitions", FormattableString.Invariant($"repetitions is {request.Repetitions}; give 1 to 1000000.")));
        if (!Enum.IsDefined(request.Operation))
            flaws.Add(new("operation", FormattableString.Invariant($"There is no operation {(int)request.Operation}; give allReduce, allGather or broadcast.")));
        return flaws;
    }

    /// <summary>
    /// Runs the repetitions, after some that do not count, and judges the result: against the reference if asked to, and
    /// against what the other ranks came to. By NCCL if all ranks can. Blocks.
    /// </summary>
    /// <exception cref="CollectiveFaultException">The ring broke, or no telling which rank's result is wrong.</exception>
    /// <exception cref="DeviceFaultException">The device failed; the other ranks are told.</exception>
    public CollectiveResult Run(Ring ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        var whyNot = NcclMember.WhyNot(ring.Members);
        try
        {
            using ICollectiveWay way = whyNot is null
                ? new NcclWay(_device, ring, _request, _input, _output)
                : new RingWay(_device, ring, _request, _input, _output);
            way.Repeat(WarmupsOf(ring));
            ring.Barrier();
            var seconds = way.Repeat(_request.Repetitions) / _request.Repetitions;
            ring.Barrier();
            var verdict = _request.Check ? CollectiveReference.Judge(_request, _ranks, _layout, new KernelOutput(_output)) : default;
            var checksum = KernelOutput.Checksum([new KernelOutput(_output)]);
            return new(
                seconds, BusBandwidth.Of(_request.Operation, _ranks, _request.Bytes, seconds), checksum, verdict.MaxRelativeError,
                whyNot is null ? CollectiveTransport.Nccl : ring.IsShared ? CollectiveTransport.SharedMemory : CollectiveTransport.Tcp,
                whyNot ?? NcclMember.Text(ring.Members[0].Nccl!.Version), Agreement.Mistake(ring, checksum, verdict.Mistake));
        }
        catch (DeviceFaultException e)
        {
            ring.Leave($"{ring.Self}: {e.Message}");
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _output?.Dispose();
    }

    // Small ones need more of them: until code is compiled to its best and connections have opened up. Ranks from before do one.
    private int WarmupsOf(Ring ring) => ring.IsOlder ? 1 : (int)Math.Clamp((1 << 20) / _request.Bytes, 1, 50);

    private void Fill(int rank)
    {
        var piece = new byte[Math.Min(KernelOutput.PieceBytes, _request.Bytes)];
        for (long offset = 0; offset < _request.Bytes; offset += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, _request.Bytes - offset));
            InputData.Fill(_request.Seed, rank, _layout, offset, part);
            _input.Upload(offset, part);
        }
    }
}
