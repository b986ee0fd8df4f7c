namespace ControlPlane.Planning.Capacity;

/// <summary>A state of the site in which demand must be met.</summary>
/// <param name="Name">Such as <c>undisturbed</c>.</param>
/// <param name="Percent">Share of the tokens/s.</param>
/// <param name="WithTraining">Whether training goes on: while something is lost it pauses.</param>
/// <param name="Losses">What may be lost, one at a time; empty when undisturbed, and then the spares are kept free.</param>
public sealed record Scenario(string Name, int Percent, bool WithTraining, IReadOnlyList<Loss> Losses)
{
    /// <summary>The scenarios of a question: undisturbed, and one for each share that losses must leave.</summary>
    public static IReadOnlyList<Scenario> Of(CapacityQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return
        [
            new Scenario("undisturbed", 100, true, []),
            .. question.Losses.GroupBy(loss => loss.KeepPercent).OrderByDescending(group => group.Key)
                .Select(group => new Scenario($"one lost, {group.Key} % kept", group.Key, false, [.. group])),
        ];
    }

    /// <summary>What a need comes to in it, rounded up.</summary>
    public long Amount(Need need, int quarter)
    {
        ArgumentNullException.ThrowIfNull(need);
        return need.IsTraining && !WithTraining ? 0 : (need.Amounts[quarter] * Percent + 99) / 100;
    }
}
