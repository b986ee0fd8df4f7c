using ControlPlane.Domain.Units;

namespace ControlPlane.Simulation.Twin;

/// <summary>A rack of a virtual hall.</summary>
/// <param name="name">Its name.</param>
/// <param name="domain">Index of the power domain that feeds it.</param>
/// <param name="loop">Index of the loop that cools it.</param>
/// <param name="gpus">GPUs in it.</param>
/// <param name="overhead">Draw of all but the GPUs: it does not follow caps.</param>
public sealed class TwinRack(string name, int domain, int loop, int gpus, Watts overhead)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Index of the power domain that feeds it.</summary>
    public int Domain { get; } = domain;

    /// <summary>Index of the loop that cools it.</summary>
    public int Loop { get; } = loop;

    /// <summary>GPUs in it.</summary>
    public int Gpus { get; } = gpus;

    /// <summary>Draw of all but the GPUs.</summary>
    public Watts Overhead { get; } = overhead;

    /// <summary>True while it is switched off: its own draw is gone too.</summary>
    public bool IsOff => OffSince is not null;

    /// <summary>When it was switched off, since the start; null while it is on.</summary>
    public TimeSpan? OffSince { get; private set; }

    /// <summary>What it draws.</summary>
    public double LoadWatts { get; internal set; }

    /// <summary>Temperature of what enters it.</summary>
    public Celsius Inlet { get; internal set; }

    /// <summary>Switches it off; the first time counts.</summary>
    public void SwitchOff(TimeSpan at) => OffSince ??= at;
}
