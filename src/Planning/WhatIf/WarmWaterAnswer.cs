using System.Globalization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Planning.Capacity;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Planning.WhatIf;

/// <summary>What a plan loses when what its loops supply is warmer: GPUs are held under the power at which their dies stay below throttling.</summary>
/// <param name="Name">The question's name.</param>
/// <param name="Quarter">The quarter.</param>
/// <param name="Kelvin">How much warmer.</param>
/// <param name="FreeKelvin">How much warmer it could be before the first GPU must be lowered, below 0 when one must be now; null when no rack hangs on such loops.</param>
/// <param name="ServedPercent">Share of every model's asked tokens/s that is served.</param>
/// <param name="TrainingPercent">Share of training that goes on; null when none is asked for.</param>
/// <param name="Measures">Power limits by type and loop.</param>
/// <param name="NeededPercent">What must be served at least; 0 when nothing is required.</param>
public sealed record WarmWaterAnswer(
    string Name, string Quarter, double Kelvin, double? FreeKelvin, double ServedPercent, double? TrainingPercent, IReadOnlyList<string> Measures, int NeededPercent)
{
    /// <summary>Whether enough is served.</summary>
    public bool Holds => ServedPercent >= NeededPercent;

    /// <summary>Answers for a quarter of a plan.</summary>
    public static WarmWaterAnswer Of(CapacityQuestion question, RackPlan plan, int quarter, string name, WarmWaterSpec spec, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(spec);
        var loops = question.Factory.Of<CoolingLoopSpec>().ToDictionary(loop => loop.Name, loop => loop.Spec, StringComparer.Ordinal);
        var (found, measures, free) = (new Dictionary<(int Type, int Percent), int>(), new SortedSet<string>(StringComparer.Ordinal), double.PositiveInfinity);
        for (var type = 0; type < question.Types.Count; type++)
        {
            for (var row = 0; row < question.Rows.Count; row++)
            {
                var racks = plan.Racks[quarter][type][row];
                if (racks == 0)
                    continue;
                var die = Die(question.Types[type], question.Rows[row].Spec, loops, catalogue);
                var warmer = spec.Loops == "all" || spec.Loops == loops[die.Loop].Type ? spec.Kelvin : 0;
                var percent = die.PercentAt(warmer);
                free = spec.Loops == "all" || spec.Loops == loops[die.Loop].Type ? Math.Min(free, die.FreeKelvin) : free;
                found[(type, percent)] = found.GetValueOrDefault((type, percent)) + racks;
                if (percent < 100)
                    measures.Add(string.Create(CultureInfo.InvariantCulture, $"{question.Types[type].Name} on {die.Loop} at {percent} % power"));
            }
        }
        var pools = Pools(question, found, catalogue);
        var mix = LevelMix.Find(question, quarter, pools, null, [.. question.Types.Select(_ => 0L)]);
        return new WarmWaterAnswer(
            name, question.Quarters[quarter].ToString(), spec.Kelvin, double.IsInfinity(free) ? null : Math.Round(free, 1), mix?.ServedPercent ?? 0, mix is null ? 0 : mix.TrainingPercent,
            [.. measures], spec.KeepPercent);
    }

    // Spares are taken from those that are slowest.
    private static List<LevelPool> Pools(CapacityQuestion question, Dictionary<(int Type, int Percent), int> found, HardwareCatalogue catalogue)
    {
        var pools = new List<LevelPool>();
        foreach (var type in found.Keys.Select(key => key.Type).Distinct())
        {
            var spares = (int)Math.Ceiling(found.Where(one => one.Key.Type == type).Sum(one => one.Value) * question.Plan.SparesPercent / 100m);
            foreach (var (key, racks) in found.Where(one => one.Key.Type == type).OrderBy(one => one.Key.Percent))
            {
                var taken = Math.Min(spares, racks);
                spares -= taken;
                if (racks > taken && PowerLevel.Of(question.Types[type], key.Percent, catalogue) is { } level)
                    pools.Add(new LevelPool(type, racks - taken, [level]));
            }
        }
        return pools;
    }

    private static Die Die(PlannedType type, RackRowSpec row, Dictionary<string, CoolingLoopSpec> loops, HardwareCatalogue catalogue)
    {
        var gpu = catalogue.Gpu(type.Gpu)!;
        var loop = type.LiquidWatts > 0 ? row.LiquidLoop! : row.AirZone!;
        return new Die(loop, loops[loop].SupplyTemperature, DieCooling.Of(gpu, type.LiquidWatts > 0), DieCooling.Limit(gpu), Watts.FromWatts(gpu.LimitWatts.Value));
    }
}

/// <summary>A GPU's die on what a loop supplies.</summary>
internal sealed record Die(string Loop, Celsius Supply, ThermalMass Mass, Celsius Limit, Watts Power)
{
    /// <summary>How much warmer the supply may be while the GPU draws all that it may.</summary>
    public double FreeKelvin => Limit.Value - (Power.Value * Mass.KelvinPerWatt) - Supply.Value;

    /// <summary>The power limit that keeps the die below its limit, in whole percent of the default, 0 to 100.</summary>
    public int PercentAt(double warmer) =>
        (int)Math.Clamp(Math.Floor(Mass.MostDraw(Limit, Celsius.FromDegrees(Supply.Value + warmer)).Value / Power.Value * 100 + 1e-9), 0, 100);
}
