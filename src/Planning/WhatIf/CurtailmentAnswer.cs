using System.Globalization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.WhatIf;

/// <summary>What a plan does while the grid takes part of its draw.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="Quarter">The quarter.</param>
/// <param name="Percent">What the grid takes, in percent of the draw of all planned work.</param>
/// <param name="MeterWatts">What may be drawn at the meter meanwhile.</param>
/// <param name="PlacedMeterWatts">What the product's placer counts for the work that goes on, at the meter.</param>
/// <param name="ServedPercent">Share of every model's asked tokens/s that is served.</param>
/// <param name="TrainingPercent">Share of training that goes on; null when none is asked for.</param>
/// <param name="EnergyKilowattHours">Energy that is not drawn meanwhile.</param>
/// <param name="Measures">What is lowered, and what rests.</param>
/// <param name="NeededPercent">What must be served at least; 0 when nothing is required.</param>
/// <param name="Problems">What the placer could not place, and what it counts beyond what may be drawn.</param>
public sealed record CurtailmentAnswer(
    string Name, string Quarter, int Percent, long MeterWatts, long PlacedMeterWatts, double ServedPercent, double? TrainingPercent, double EnergyKilowattHours,
    IReadOnlyList<string> Measures, int NeededPercent, IReadOnlyList<string> Problems)
{
    /// <summary>Whether enough is served, within what may be drawn.</summary>
    public bool Holds => ServedPercent >= NeededPercent && Problems.Count == 0;

    /// <summary>Answers for a quarter of a plan.</summary>
    public static CurtailmentAnswer Of(CapacityQuestion question, RackPlan plan, int quarter, string name, CurtailmentSpec spec, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(spec);
        var idle = question.Types.Select(type => PowerLevel.IdleWatts(type, catalogue)).ToList();
        var (standing, working) = Draw(question, plan, quarter, idle, catalogue);
        var meter = (long)Math.Floor((standing + working) * question.Plan.Pue * (100 - spec.Percent) / 100);
        var most = (long)Math.Floor(meter / question.Plan.Pue) - standing;
        var usable = QuarterUses.Usable(question, Scenario.Of(question)[0], plan.Racks[quarter]);
        List<LevelPool> pools = [.. question.Types.Select((type, index) => new LevelPool(index, usable[index], [.. PowerLevel.Steps.Select(step => PowerLevel.Of(type, step, catalogue)).OfType<PowerLevel>()]))];
        var mix = most < 0 ? null : LevelMix.Find(question, quarter, pools, most, idle);
        var (placed, problems) = mix is null ? (0, []) : Placed(question, plan, quarter, pools, mix, catalogue);
        var at = (long)Math.Ceiling(placed * question.Plan.Pue);
        if (at > meter)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"the placer counts {at} W at the meter"));
        return new CurtailmentAnswer(
            name, question.Quarters[quarter].ToString(), spec.Percent, meter, at, mix?.ServedPercent ?? 0, mix is null ? 0 : mix.TrainingPercent,
            Math.Round((standing + working) * question.Plan.Pue * question.Plan.DrawPercent / 100 * spec.Percent / 100 / 1000 * spec.For.TotalHours, 1),
            mix is null ? ["what stands idle draws more than may be drawn"] : MeasuresOf(question, pools, mix), spec.KeepPercent, problems);
    }

    private static (long Standing, long Working) Draw(CapacityQuestion question, RackPlan plan, int quarter, List<long> idle, HardwareCatalogue catalogue)
    {
        var (standing, working) = (0L, 0L);
        for (var type = 0; type < question.Types.Count; type++)
        {
            var known = question.Types[type];
            var full = PowerLevel.Of(known, 100, catalogue)!.NodeWatts;
            standing += plan.Count(quarter, type) * ((long)Math.Ceiling(catalogue.Rack(known.Name)!.OverheadWatts.Value) + (known.Nodes * idle[type]));
            working += question.Needs.Select((need, index) => need.Ways[type] is { } way ? plan.Uses[quarter][0][index][type] * way.NodesPerUnit * (full - idle[type]) : 0).Sum();
        }
        return (standing, working);
    }

    // Everything is placed at its level in the halls of the plan, and their feeds are read.
    private static (long Watts, List<string> Problems) Placed(
        CapacityQuestion question, RackPlan plan, int quarter, List<LevelPool> pools, LevelMix mix, HardwareCatalogue catalogue)
    {
        var planned = new PlanHalls(question, plan.Racks[quarter], catalogue);
        var (halls, problems) = (planned.Without([]), new List<string>());
        foreach (var step in PowerLevel.Steps)
        {
            var uses = question.Needs.Select(_ => new long[question.Types.Count]).ToArray();
            for (var pool = 0; pool < pools.Count; pool++)
            {
                for (var level = 0; level < pools[pool].Levels.Count; level++)
                {
                    for (var need = 0; need < uses.Length && pools[pool].Levels[level].Percent == step; need++)
                        uses[need][pools[pool].Type] += mix.Units[pool][level][need];
                }
            }
            problems.AddRange(PlacedWork.Place(question, halls, uses, step).Problems);
        }
        var watts = halls.Sum(hall => hall.Layout.PowerDomains.Select((domain, index) => domain.Parent < 0 ? hall.PowerCommitted(index).Milliwatts : 0).Sum());
        return ((watts + 999) / 1000, problems);
    }

    private static List<string> MeasuresOf(CapacityQuestion question, List<LevelPool> pools, LevelMix mix)
    {
        var all = new List<string>();
        for (var pool = 0; pool < pools.Count; pool++)
        {
            var (type, working) = (question.Types[pools[pool].Type], 0L);
            for (var level = 0; level < pools[pool].Levels.Count; level++)
            {
                var nodes = question.Needs.Select((need, index) => mix.Units[pool][level][index] * (need.Ways[pools[pool].Type]?.NodesPerUnit ?? 0)).Sum();
                working += nodes;
                if (nodes > 0 && pools[pool].Levels[level].Percent < 100)
                    all.Add(string.Create(CultureInfo.InvariantCulture, $"{nodes} {(nodes == 1 ? "node" : "nodes")} of {type.Name} at {pools[pool].Levels[level].Percent} % power"));
            }
            var rest = ((long)pools[pool].Racks * type.Nodes) - working;
            if (rest > 0)
                all.Add(string.Create(CultureInfo.InvariantCulture, $"{rest} of {type.Name} at rest"));
        }
        return all;
    }
}
