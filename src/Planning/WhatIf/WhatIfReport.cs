using System.Globalization;
using System.Text.Json.Serialization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using ControlPlane.Simulation;

namespace ControlPlane.Planning.WhatIf;

/// <summary>What a demand file asks beside its plan.</summary>
public sealed record WhatIfQuestions
{
    /// <summary>Grid events.</summary>
    public IReadOnlyList<(string Name, CurtailmentSpec Spec)> Curtailments { get; init; } = [];

    /// <summary>Warmer supply.</summary>
    public IReadOnlyList<(string Name, WarmWaterSpec Spec)> WarmWaters { get; init; } = [];

    /// <summary>Maintenance.</summary>
    public IReadOnlyList<(string Name, MaintenanceSpec Spec)> Maintenances { get; init; } = [];

    /// <summary>Observed draw with its readings.</summary>
    public IReadOnlyList<(string Name, ObservedDrawSpec Spec, IReadOnlyList<DrawSecond> Seconds)> Draws { get; init; } = [];

    /// <summary>True when nothing is asked.</summary>
    public bool AreNone => Curtailments.Count + WarmWaters.Count + Maintenances.Count + Draws.Count == 0;
}

/// <summary>The answers, quarter by quarter.</summary>
/// <param name="Curtailments">Grid events.</param>
/// <param name="WarmWaters">Warmer supply.</param>
/// <param name="Maintenances">Maintenance.</param>
/// <param name="Bookings">Booking by observed draw.</param>
public sealed record WhatIfReport(
    IReadOnlyList<CurtailmentAnswer> Curtailments, IReadOnlyList<WarmWaterAnswer> WarmWaters, IReadOnlyList<MaintenanceAnswer> Maintenances, IReadOnlyList<BookingAnswer> Bookings)
{
    /// <summary>Whether everything that is required holds.</summary>
    public bool Holds => Curtailments.All(one => one.Holds) && WarmWaters.All(one => one.Holds) && Maintenances.All(one => one.Holds);

    /// <summary>What does not hold, in words.</summary>
    [JsonIgnore]
    public IEnumerable<string> Problems =>
    [
        .. Curtailments.Where(one => one.ServedPercent < one.NeededPercent).Select(one => Text($"{one.Quarter}, {one.Name}: {one.ServedPercent} % is served, and {one.NeededPercent} % is needed")),
        .. Curtailments.SelectMany(one => one.Problems.Select(problem => $"{one.Quarter}, {one.Name}: {problem}")),
        .. WarmWaters.Where(one => !one.Holds).Select(one => Text($"{one.Quarter}, {one.Name}: {one.ServedPercent} % is served, and {one.NeededPercent} % is needed")),
        .. Maintenances.Where(one => one.Lots is null).Select(one => $"{one.Quarter}, {one.Name}: no {one.Type} may be out at any hour"),
        .. Maintenances.SelectMany(one => one.Problems.Select(problem => $"{one.Quarter}, {one.Name}: {problem}")),
    ];

    /// <summary>Answers all that is asked; null when nothing is.</summary>
    /// <param name="question">The question.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    /// <param name="watch">Told before every quarter; ends the work there when it says so.</param>
    public static WhatIfReport? Answer(CapacityQuestion question, RackPlan plan, HardwareCatalogue catalogue, PlanWatch? watch = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        var asked = question.WhatIf;
        if (asked.AreNone)
            return null;
        var (curtailments, waters, maintenances) = (new List<CurtailmentAnswer>(), new List<WarmWaterAnswer>(), new List<MaintenanceAnswer>());
        for (var quarter = 0; quarter < question.Quarters.Count && watch?.Goes($"what if, {question.Quarters[quarter]}", quarter, question.Quarters.Count) != false; quarter++)
        {
            curtailments.AddRange(asked.Curtailments.Select(one => CurtailmentAnswer.Of(question, plan, quarter, one.Name, one.Spec, catalogue)));
            waters.AddRange(asked.WarmWaters.Select(one => WarmWaterAnswer.Of(question, plan, quarter, one.Name, one.Spec, catalogue)));
            maintenances.AddRange(asked.Maintenances.SelectMany(one => MaintenanceAnswer.Of(question, plan, quarter, one.Name, one.Spec, catalogue)));
        }
        return new WhatIfReport(curtailments, waters, maintenances, [.. asked.Draws.Select(one => BookingAnswer.Of(question, plan, one.Name, one.Spec.Source, one.Seconds, catalogue))]);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
