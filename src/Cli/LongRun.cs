using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ControlPlane.Cli;

/// <summary>Work that takes a while: a bar on standard error, and the first Ctrl-C asks it to end where its result is whole.</summary>
internal sealed class LongRun : IDisposable
{
    private const int Cells = 30;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private volatile bool _stopped;
    private TimeSpan _told;
    private bool _shown;

    public LongRun()
    {
        void Stop(PosixSignalContext context) => (context.Cancel, _stopped) = (true, true);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    /// <summary>True once it was asked to end.</summary>
    public bool IsStopped => _stopped;

    /// <summary>How long it has taken.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>True when a bar is due: at most four times a second, and only where somebody sees it.</summary>
    public bool IsDue => _watch.Elapsed - _told > Period && !Console.IsErrorRedirected;

    /// <summary>Draws the bar.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="share">How much of it is done, 0 to 1.</param>
    /// <param name="note">What else is to be said.</param>
    public void Show(string name, double share, string note)
    {
        (_told, _shown) = (_watch.Elapsed, true);
        var full = (int)(Math.Clamp(share, 0, 1) * Cells);
        var line = string.Create(CultureInfo.InvariantCulture, $"{name} [{new string('#', full)}{new string('.', Cells - full)}] {note}");
        Console.Error.Write("\r" + line.PadRight(110)[..110]);
    }

    public void Dispose()
    {
        if (_shown)
            Console.Error.WriteLine();
        _interrupt.Dispose();
        _terminate.Dispose();
    }
}
