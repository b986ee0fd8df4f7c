using System.Globalization;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Cli.Twin;

/// <summary>Runs the twin with progress on standard error; the first Ctrl-C ends it in a state that is whole.</summary>
internal static class TwinRunner
{
    /// <summary>Runs until so many days from the start of the run.</summary>
    /// <returns>False when it was stopped.</returns>
    public static bool Run(EventTwin twin, double days, string name)
    {
        bool whole;
        using (var run = new LongRun())
        {
            var first = twin.Events;
            whole = twin.Advance((long)(days * 8.64e7), () =>
            {
                // Asking the time at every event would cost as much as many an event.
                if ((twin.Events & 63) == 0 && run.IsDue)
                    run.Show(name, twin.Now / (days * 8.64e7), Note(twin, days, (twin.Events - first) / run.Elapsed.TotalSeconds));
                return run.IsStopped;
            });
        }
        if (!whole)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: stopped at day {twin.Now / 8.64e7:0.###} of {days:0.###}; what follows holds until then."));
        return whole;
    }

    private static string Note(EventTwin twin, double days, double rate) =>
        string.Create(CultureInfo.InvariantCulture, $"day {twin.Now / 8.64e7:0.0} of {days:0.#}, {rate:0} events/s, {twin.Alive} jobs");
}
