using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Programs;

/// <summary>Where a program's checkpoints go, and come from.</summary>
public interface ICheckpoints
{
    /// <summary>What was saved last for this very program, or null.</summary>
    ProgramState? Found { get; }

    /// <summary>Brings back what <see cref="Found"/> was saved with: the same buffers in the same order.</summary>
    /// <exception cref="IOException">It could not be read whole; the buffers' contents are not defined.</exception>
    Task RestoreAsync(IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation);

    /// <summary>Saves, and returns once it is durable.</summary>
    /// <exception cref="IOException">It could not be written; the checkpoint before it stays.</exception>
    Task SaveAsync(ProgramState state, IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation);
}

/// <summary>How far a program has come, beside its buffers.</summary>
/// <param name="Done">Single steps done.</param>
/// <param name="FirstLoss">The first loss taken, or null.</param>
/// <param name="LastLoss">The newest loss taken, or null.</param>
/// <param name="DeviceSeconds">Time that its kernels took on the device.</param>
public sealed record ProgramState(long Done, double? FirstLoss, double? LastLoss, double DeviceSeconds);

/// <summary>For a program whose checkpoints nobody keeps.</summary>
public sealed class NoCheckpoints : ICheckpoints
{
    /// <inheritdoc/>
    public ProgramState? Found => null;

    /// <inheritdoc/>
    public Task RestoreAsync(IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task SaveAsync(ProgramState state, IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation) => Task.CompletedTask;
}
