namespace ControlPlane.Simulation.Scenarios;

/// <summary>Something a scenario must come to.</summary>
/// <param name="What">In words, with its bound.</param>
/// <param name="Measured">What came of it.</param>
/// <param name="IsMet">Whether it is reached.</param>
public sealed record ScenarioTarget(string What, double Measured, bool IsMet)
{
    /// <summary>At most so much.</summary>
    public static ScenarioTarget AtMost(string what, double measured, double bound) => new(what, measured, measured <= bound);

    /// <summary>So much, no more and no less.</summary>
    public static ScenarioTarget Exactly(string what, double measured, double wanted) => new(what, measured, measured == wanted);

    /// <summary>At least so much.</summary>
    public static ScenarioTarget AtLeast(string what, double measured, double bound) => new(what, measured, measured >= bound);
}
