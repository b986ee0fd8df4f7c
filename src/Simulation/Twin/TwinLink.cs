namespace ControlPlane.Simulation.Twin;

/// <summary>A link that collectives cross.</summary>
/// <param name="name">Its name.</param>
public sealed class TwinLink(string name)
{
    /// <summary>
    /// Down time after which collectives give up, added up over flaps: about 7 s for InfiniBand under NCCL, as Databricks
    /// reports from its clusters.
    /// </summary>
    public static TimeSpan TimeOut { get; } = TimeSpan.FromSeconds(7);

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>True while it carries nothing.</summary>
    public bool IsDown { get; private set; }

    /// <summary>True once nothing is placed across it any more.</summary>
    public bool IsCondemned { get; set; }

    /// <summary>How often it went down.</summary>
    public int Flaps { get; private set; }

    /// <summary>How long it was down in all.</summary>
    public TimeSpan Down { get; private set; }

    /// <summary>Goes down or comes back.</summary>
    public void Set(bool down)
    {
        if (down && !IsDown)
            Flaps++;
        IsDown = down;
    }

    /// <summary>Counts its down time.</summary>
    internal void Pass(TimeSpan time) => Down += IsDown ? time : TimeSpan.Zero;
}
