using ControlPlane.Domain.Units;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// How much more running jobs may draw by now. What is not used is saved up for ten seconds, so that a drop of the load is
/// not made up for at once; a step that is larger by itself comes alone, once the ramp has allowed all of it.
/// </summary>
/// <param name="sharePerSecond">What may be added in a second, as a share of what the hall's feeds carry.</param>
/// <param name="since">From when on it counts.</param>
internal sealed class PowerRamp(double sharePerSecond, DateTimeOffset since)
{
    private const double SecondsSaved = 10;

    private DateTimeOffset _since = since;

    /// <summary>Begins anew: something was raised, or nothing may rise now.</summary>
    public void Restart(DateTimeOffset now) => _since = now;

    /// <summary>What several steps may add together.</summary>
    public Watts Together(DateTimeOffset now, Watts whole) => Of(now, whole, SecondsSaved);

    /// <summary>What one step may add that comes alone; in the end all that the feeds carry.</summary>
    public Watts Alone(DateTimeOffset now, Watts whole) => Of(now, whole, 1 / sharePerSecond);

    private Watts Of(DateTimeOffset now, Watts whole, double mostSeconds) =>
        whole * Math.Min(1, sharePerSecond * Math.Clamp((now - _since).TotalSeconds, 0, mostSeconds));
}
