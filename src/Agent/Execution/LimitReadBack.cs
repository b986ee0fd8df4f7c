using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>Whether a device keeps a power limit, by what its own executor reads: for work that another process does on it.</summary>
internal sealed class LimitReadBack(TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // A reading comes with every limit that is set.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private volatile DeviceSample _read = new();

    /// <summary>Takes a reading.</summary>
    public void Note(DeviceSample read) => _read = read;

    /// <summary>Why work may not begin under a limit; null once the device says that it keeps it, or without a limit.</summary>
    /// <param name="watts">The limit; 0 for none.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<string?> ObjectionAsync(double watts, CancellationToken cancellation)
    {
        if (watts <= 0)
            return null;
        var began = clock.GetTimestamp();
        using var timer = new PeriodicTimer(Look, clock);
        while (PowerLimit.Objection(_read.HasLimitWatts ? _read.LimitWatts : null, _read.LimitDetail, watts) is { } objection)
        {
            if (clock.GetElapsedTime(began) > Patience)
                return objection;
            await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
        }
        return null;
    }
}
