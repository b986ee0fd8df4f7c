using System.Diagnostics;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// Looks after a ring whose ranks are busy otherwise: says that this one lives, and sees which neighbour has ended, is not
/// heard, or says that the ring is over. Used by the thread that uses the ring.
/// </summary>
internal sealed class RingWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AlivePeriod = TimeSpan.FromSeconds(1);

    private readonly RingWire[] _wires;
    private long? _said;

    public RingWatch(params ReadOnlySpan<RingWire?> wires)
    {
        _wires = [.. wires.ToArray().OfType<RingWire>()];
        foreach (var wire in _wires)
            wire.ListenFromNow();
    }

    /// <summary>Waits for work. When the ring breaks it is given up, and its end waited for, though not for ever.</summary>
    /// <exception cref="CollectiveFaultException">The ring broke.</exception>
    public void Await(Task work, Action giveUp, TimeSpan patience)
    {
        try
        {
            while (!Ends(work, Period))
                Look();
        }
        catch (CollectiveFaultException)
        {
            giveUp();
            Ends(work, patience);
            throw;
        }
    }

    /// <summary>Work has failed here: for so long another rank may still say that it began there.</summary>
    /// <exception cref="CollectiveFaultException">One does.</exception>
    public void Linger(TimeSpan time)
    {
        // What ends a neighbour shows on several sockets, one at a time; the rank's thread has nothing else to do meanwhile.
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time; Thread.Sleep(Period))
            Look();
    }

    // Without throwing what the work ended with.
    private static bool Ends(Task work, TimeSpan patience) => Task.WaitAny([work], patience) == 0;

    private void Look()
    {
        foreach (var wire in _wires)
            wire.Look();
        if (_said is { } said && Stopwatch.GetElapsedTime(said) < AlivePeriod)
            return;
        _said = Stopwatch.GetTimestamp();
        foreach (var wire in _wires)
            wire.Say(RingWord.Alive);
    }
}
