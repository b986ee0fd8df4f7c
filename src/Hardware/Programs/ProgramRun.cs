using System.Diagnostics;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Programs;

/// <summary>What a program came to.</summary>
/// <param name="State">How far it came: all of its steps.</param>
/// <param name="Checksum">FNV-1a-64 over its outputs' bytes.</param>
/// <param name="Started">The step that it began at: above 0 when it went on from a checkpoint.</param>
/// <param name="Remark">Why it began anew although there was a checkpoint, or a checkpoint was not kept; null when nothing is to be said.</param>
public sealed record ProgramResult(ProgramState State, ulong Checksum, long Started, string? Remark);

/// <summary>How far a running program is.</summary>
/// <param name="Done">Single steps done.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Loss">The newest loss, or null.</param>
public readonly record struct ProgramProgress(long Done, long Total, double? Loss);

/// <summary>Runs a program on a device: kernels in batches, and between them what the host does for it.</summary>
public sealed class ProgramRun : IDisposable
{
    // A batch is long enough that submitting costs nothing beside it, and short enough that a stop is heard soon.
    private const int MostLaunches = 1024;
    private static readonly TimeSpan ShortBatch = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongBatch = TimeSpan.FromMilliseconds(100);

    private readonly IComputeDevice _device;
    private readonly ProgramWork _program;
    private readonly ICheckpoints _checkpoints;
    private readonly Action<ProgramProgress>? _progress;
    private readonly ProgramPlan _plan;
    private readonly DeviceMemory _memory;
    private readonly TenantRun _tenants;
    private readonly List<KernelLaunch> _pending = [];
    private readonly Dictionary<ProgramStep, IReadOnlyList<KernelLaunch>> _launches = new(ReferenceEqualityComparer.Instance);
    private int _batch = 1;
    private ProgramState _state = new(0, null, null, 0);
    private string? _remark;

    private ProgramRun(IComputeDevice device, ProgramWork program, ICheckpoints checkpoints, Action<ProgramProgress>? progress)
    {
        (_device, _program, _checkpoints, _progress) = (device, program, checkpoints, progress);
        _plan = new ProgramPlan(program.Steps);
        _tenants = new TenantRun(device, program);
        _memory = new DeviceMemory(device, program);
    }

    /// <summary>
    /// Runs it, from its newest checkpoint if there is one. Throws <see cref="DeviceFaultException"/> when the device
    /// refuses or fails, <see cref="ArgumentException"/> with every flaw of a program that cannot run, and
    /// <see cref="OperationCanceledException"/> when it was stopped.
    /// </summary>
    /// <param name="progress">Called after each batch; may be null.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    public static async Task<ProgramResult> RunAsync(
        IComputeDevice device, ProgramWork program, ICheckpoints checkpoints, Action<ProgramProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(checkpoints);
        var flaws = ProgramCheck.Flaws(program);
        if (flaws.Count > 0)
            throw new ArgumentException(string.Join(' ', flaws.Select(flaw => $"{flaw.Field}: {flaw.Message}")), nameof(program));
        using var run = new ProgramRun(device, program, checkpoints, progress);
        return await run.RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives its memory back.</summary>
    public void Dispose() => _memory.Dispose();

    private async Task<ProgramResult> RunAsync(CancellationToken cancellation)
    {
        await FillAsync(cancellation).ConfigureAwait(false);
        var started = await RestoreAsync(cancellation).ConfigureAwait(false);
        for (var index = started; index < _plan.Count; index++)
        {
            var (step, turn) = _plan.At(index);
            if (LaunchesOf(step, turn) is { } launches)
                _pending.AddRange(launches);
            else
                await HostAsync(step, turn, index, cancellation).ConfigureAwait(false);
            if (_pending.Count >= _batch)
                await FlushAsync(cancellation).ConfigureAwait(false);
            _state = _state with { Done = index + 1 };
        }
        await FlushAsync(cancellation).ConfigureAwait(false);
        Tell();
        return new ProgramResult(_state, _memory.Checksum(_program.Outputs), started, _remark);
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        foreach (var buffer in _program.Buffers)
        {
            if (buffer.Fill.IsRandom)
                _memory.Randomise(buffer.Name, buffer.Fill, 0, cancellation);
            else
                _pending.Add(_memory.Constant(buffer.Name, buffer.Fill.Value));
        }
        await FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<long> RestoreAsync(CancellationToken cancellation)
    {
        if (_checkpoints.Found is not { } found)
            return 0;
        if (found.Done < 1 || found.Done > _plan.Count || _plan.At(found.Done - 1).Step is not CheckpointStep saved)
        {
            _remark = FormattableString.Invariant($"it began anew: the checkpoint kept stands after step {found.Done}, where the program has none");
            return 0;
        }
        try
        {
            await _checkpoints.RestoreAsync(_memory.All(saved.Buffers), cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            _remark = $"it began anew: the checkpoint cannot be read: {e.Message}";
            await FillAsync(cancellation).ConfigureAwait(false);
            return 0;
        }
        _state = found;
        Tell();
        return found.Done;
    }

    // Null for what the host does, after all that was submitted before.
    private IReadOnlyList<KernelLaunch>? LaunchesOf(ProgramStep step, long turn) => step switch
    {
        KernelStep { Turn: null } kernel => _launches.TryGetValue(kernel, out var same) ? same : _launches[kernel] = Kernel(kernel, turn),
        KernelStep kernel => Kernel(kernel, turn),
        FillStep { Fill.IsRandom: false } fill => [_memory.Constant(fill.Buffer, fill.Fill.Value)],
        CopyStep copy => [Copy(copy, turn)],
        _ => null,
    };

    private IReadOnlyList<KernelLaunch> Kernel(KernelStep step, long turn) => _tenants.LaunchOf(step, _memory) is { } own ? [own] : KernelCatalogue.ProgramOf(step.Kernel)!.LaunchesOn(
        _device.Description, ProgramKernels.SizesOf(step, turn), _program.Seed,
        _memory.All(ProgramKernels.ParametersOf(step.Kernel)!.Select(parameter => step.Buffers.Items.First(binding => binding.Parameter == parameter).Buffer)));

    private KernelLaunch Copy(CopyStep copy, long turn)
    {
        const int chunk = 16384, threads = 256;
        var source = _memory.Shape(copy.From);
        var places = copy.Advance == 0 ? 1 : ((source.Count - copy.FromOffset - copy.Count) / copy.Advance) + 1;
        long first = copy.FromOffset + ((turn - 1) % places * copy.Advance), bytes = ProgramKernels.BytesOf(source.Type);
        var words = copy.Count * bytes / sizeof(float);
        return new("factory_copy", checked((int)((words + chunk - 1) / chunk)), 1, threads,
            [_memory[copy.To].Address + (ulong)(copy.ToOffset * bytes), _memory[copy.From].Address + (ulong)(first * bytes), KernelArgument.Of(words)]);
    }

    private async Task HostAsync(ProgramStep step, long turn, long index, CancellationToken cancellation)
    {
        await FlushAsync(cancellation).ConfigureAwait(false);
        switch (step)
        {
            case FillStep fill:
                _memory.Randomise(fill.Buffer, fill.Fill, turn, cancellation);
                break;
            case LossStep loss:
                var mean = _memory.Mean(loss.Buffer);
                _state = _state with { FirstLoss = _state.FirstLoss ?? mean, LastLoss = mean };
                break;
            case CheckpointStep checkpoint:
                await SaveAsync(checkpoint, index, cancellation).ConfigureAwait(false);
                break;
            default:
                throw new UnreachableException();
        }
    }

    // Work goes on without a checkpoint that could not be kept; more is lost should it be interrupted, and so it is told.
    private async Task SaveAsync(CheckpointStep checkpoint, long index, CancellationToken cancellation)
    {
        try
        {
            await _checkpoints.SaveAsync(_state with { Done = index + 1 }, _memory.All(checkpoint.Buffers), cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            _remark = FormattableString.Invariant($"the checkpoint after step {index + 1} was not kept: {e.Message}");
        }
    }

    // Never left while it runs, because it uses the buffers.
    private async Task FlushAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_pending.Count == 0)
            return;
        var begin = Stopwatch.GetTimestamp();
        var seconds = await _device.RunAsync(_pending, CancellationToken.None).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(begin);
        _pending.Clear();
        _state = _state with { DeviceSeconds = _state.DeviceSeconds + seconds };
        _batch = took < ShortBatch ? Math.Min(_batch * 2, MostLaunches) : took > LongBatch ? Math.Max(_batch / 2, 1) : _batch;
        Tell();
    }

    private void Tell() => _progress?.Invoke(new(_state.Done, _plan.Count, _state.LastLoss));
}
