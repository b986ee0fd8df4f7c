namespace ControlPlane.Facility.Reliability;

/// <summary>
/// Productive share of a fleet, as Google defines machine-learning productivity goodput: resources got, times time that
/// trained, times speed over ideal speed.
/// </summary>
/// <param name="Scheduling">Share of the time during which all resources of the job were there.</param>
/// <param name="Runtime">Share of that time that made progress which was kept.</param>
/// <param name="Program">Share of the ideal speed while it did.</param>
public readonly record struct Goodput(double Scheduling, double Runtime, double Program)
{
    /// <summary>The product, 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A share is not between 0 and 1.</exception>
    public double Overall => Require.Share(Scheduling) * Require.Share(Runtime) * Require.Share(Program);
}
