using System.Diagnostics;

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

    private readonly CollectiveRequest _request;
    private readonly int _ranks;
    private readonly KernelBuffer _layout;
    private readonly IDeviceBuffer _input;
    private readonly IDeviceBuffer _output;
    private readonly HostFloats _from;
    private readonly HostFloats _to;

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
        (_request, _ranks) = (request, ranks);
        _layout = KernelBuffer.Floats(request.Bytes / sizeof(float), BufferRole.Input);
        _input = device.Allocate(request.Bytes);
        try
        {
            _output = device.Allocate(request.Bytes);
            (_from, _to) = (new HostFloats(device, _input), new HostFloats(device, _output));
            _from.Fill((offset, part) => InputData.Fill(request.Seed, rank, _layout, offset, part));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private long Count => _request.Bytes / sizeof(float);

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

    /// <summary>Runs the repetitions, after one that does not count, and judges the result. Blocks.</summary>
    /// <exception cref="CollectiveFaultException">The ring broke.</exception>
    public CollectiveResult Run(Ring ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        Once(ring);
        ring.Barrier();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < _request.Repetitions; i++)
            Once(ring);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds / _request.Repetitions;
        ring.Barrier();
        var verdict = _request.Check ? CollectiveReference.Judge(_request, _ranks, _layout, new KernelOutput(_output)) : default;
        return new(
            seconds, BusBandwidth.Of(_request.Operation, _ranks, _request.Bytes, seconds), KernelOutput.Checksum([new KernelOutput(_output)]),
            verdict.MaxRelativeError, ring.IsShared, verdict.Mistake);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _from?.Dispose();
        _to?.Dispose();
        _input.Dispose();
        _output?.Dispose();
    }

    private unsafe void Once(Ring ring)
    {
        _from.Fetch();
        switch (_request.Operation)
        {
            case CollectiveOperation.AllReduce:
                ring.AllReduce(_from.First, _to.First, Count);
                break;
            case CollectiveOperation.AllGather:
                ring.AllGather(_from.First, _to.First, Count);
                break;
            default:
                ring.Broadcast(_from.First, _to.First, Count);
                break;
        }
        _to.Put();
    }
}
