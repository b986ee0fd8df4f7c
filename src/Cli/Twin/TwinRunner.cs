using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Cli.Twin;

/// <summary>Runs the twin with progress on standard error; the first Ctrl-C ends it in a state that is whole.</summary>
internal static class TwinRunner
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs until so many days from the start of the run.</summary>
    /// <returns>False when it was stopped.</returns>
    public static bool Run(EventTwin twin, double days, string name)
    {
        var stopped = false;
        void Stop(PosixSignalContext context) => (context.Cancel, stopped) = (true, true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var (watch, told, first, shown) = (Stopwatch.StartNew(), TimeSpan.Zero, twin.Events, false);
        var whole = twin.Advance((long)(days * 8.64e7), () =>
        {
            // Asking the time at every event would cost as much as many an event.
            if ((twin.Events & 63) == 0 && watch.Elapsed - told > Period && !Console.IsErrorRedirected)
            {
                (told, shown) = (watch.Elapsed, true);
                Console.Error.Write(Bar(name, twin, days, (twin.Events - first) / watch.Elapsed.TotalSeconds));
            }
            return stopped;
        });
        if (shown)
            Console.Error.WriteLine();
        if (!whole)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: stopped at day {twin.Now / 8.64e7:0.###} of {days:0.###}; what follows holds until then."));
        return whole;
    }

    private static string Bar(string name, EventTwin twin, double days, double rate)
    {
        var share = Math.Clamp(twin.Now / (days * 8.64e7), 0, 1);
        var full = (int)(share * 30);
        return string.Create(CultureInfo.InvariantCulture, $"\r{name} [{new string('#', full)}{new string('.', 30 - full)}] day {twin.Now / 8.64e7:0.0} of {days:0.#}, {rate:0} events/s, {twin.Alive} jobs ");
    }
}
