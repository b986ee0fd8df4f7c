using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.WhatIf;

/// <summary>How many racks of a type may be out for maintenance at once, and how long all of them take.</summary>
/// <param name="Name">The question's name.</param>
/// <param name="Quarter">The quarter.</param>
/// <param name="Type">The rack type.</param>
/// <param name="Racks">How many stand.</param>
/// <param name="AtPeak">How many may be out at once at any hour.</param>
/// <param name="AtQuietest">How many may be out at once in the quietest window.</param>
/// <param name="WindowStart">The hour of the day at which that window begins; 0 when all hours are alike.</param>
/// <param name="WindowHours">Its hours.</param>
/// <param name="Lots">Windows until all have been out; null when none may be.</param>
/// <param name="Days">Days that takes with one window a day; without hours that differ, windows follow one another.</param>
/// <param name="Problems">What the product's placer could not place with so many of them out.</param>
public sealed record MaintenanceAnswer(
    string Name, string Quarter, string Type, int Racks, int AtPeak, int AtQuietest, int WindowStart, int WindowHours, int? Lots, double? Days, IReadOnlyList<string> Problems)
{
    private const int DayHours = 24;

    /// <summary>Whether every rack comes to be maintained within what is asked for.</summary>
    public bool Holds => Lots is not null && Problems.Count == 0;

    /// <summary>Answers for a quarter of a plan, type by type; the others are all in meanwhile, and spares are at work.</summary>
    public static IEnumerable<MaintenanceAnswer> Of(CapacityQuestion question, RackPlan plan, int quarter, string name, MaintenanceSpec spec, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(spec);
        var hours = (int)Math.Ceiling(spec.RackIsOut.TotalHours);
        List<long> demand = [.. spec.HourPercents.Count == DayHours ? spec.HourPercents : Enumerable.Repeat(100L, DayHours)];
        // A window is as busy as its busiest hour.
        var busiest = Enumerable.Range(0, DayHours).Select(start => Enumerable.Range(start, hours).Max(hour => demand[hour % DayHours])).ToList();
        var quietest = busiest.IndexOf(busiest.Min());
        for (var type = 0; type < question.Types.Count; type++)
        {
            if (plan.Count(quarter, type) == 0)
                continue;
            var racks = plan.Count(quarter, type);
            var peak = Most(question, plan.Racks[quarter], quarter, type, spec, demand.Max());
            var quiet = Most(question, plan.Racks[quarter], quarter, type, spec, busiest[quietest]);
            int? lots = quiet == 0 ? null : (racks + quiet - 1) / quiet;
            yield return new MaintenanceAnswer(
                name, question.Quarters[quarter].ToString(), question.Types[type].Name, racks, peak, quiet, quietest, hours, lots,
                lots is not { } count ? null : demand.Distinct().Count() == 1 ? count * hours / (double)DayHours : count,
                quiet == 0 ? [] : Placed(question, plan.Racks[quarter], quarter, type, quiet, spec, busiest[quietest], catalogue));
        }
    }

    private static int Most(CapacityQuestion question, int[][] racks, int quarter, int type, MaintenanceSpec spec, long hourPercent)
    {
        var (least, most) = (0, racks[type].Sum());
        if (!Serves(question, racks, quarter, type, 0, spec, hourPercent))
            return 0;
        while (least < most)
        {
            var middle = (least + most + 1) / 2;
            (least, most) = Serves(question, racks, quarter, type, middle, spec, hourPercent) ? (middle, most) : (least, middle - 1);
        }
        return least;
    }

    private static bool Serves(CapacityQuestion question, int[][] racks, int quarter, int type, int racksOut, MaintenanceSpec spec, long hourPercent) =>
        Scenarios(question, spec, hourPercent).All(scenario => QuarterUses.Most(question, quarter, scenario, Usable(question, scenario, racks, type, racksOut)).Served == 1000);

    // Spares are at work; what is out may be in the very row that is lost, or in none: the worst is that it is not.
    private static int[] Usable(CapacityQuestion question, Scenario scenario, int[][] racks, int type, int racksOut)
    {
        var usable = scenario.Losses.Count == 0 ? [.. racks.Select(rows => rows.Sum())] : QuarterUses.Usable(question, scenario, racks);
        usable[type] = Math.Max(0, usable[type] - racksOut);
        return usable;
    }

    private static IEnumerable<Scenario> Scenarios(CapacityQuestion question, MaintenanceSpec spec, long hourPercent) =>
        Scenario.Of(question).Where(scenario => spec.SurviveLosses || scenario.Losses.Count == 0).Select(scenario => scenario with
        {
            Percent = (int)Math.Ceiling((scenario.Losses.Count == 0 ? spec.KeepPercent : scenario.Percent) * hourPercent / 100.0),
            WithTraining = scenario.WithTraining && spec.Training,
        });

    private static IReadOnlyList<string> Placed(
        CapacityQuestion question, int[][] racks, int quarter, int type, int racksOut, MaintenanceSpec spec, long hourPercent, HardwareCatalogue catalogue)
    {
        var halls = new PlanHalls(question, racks, catalogue);
        var scenario = Scenarios(question, spec, hourPercent).First();
        var uses = QuarterUses.Most(question, quarter, scenario, Usable(question, scenario, racks, type, racksOut)).Uses;
        return PlacedWork.Place(question, halls.Without([.. halls.Racks.Where(rack => rack.Type == type).TakeLast(racksOut)]), uses).Problems;
    }
}
