using ControlPlane.Domain.Manifests;

namespace ControlPlane.Planning.WhatIf;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute.

/// <summary>The content of a Curtailment: the grid takes part of the draw for a while.</summary>
[Meaning("A grid event that the plan is asked to bear.")]
public sealed record CurtailmentSpec
{
    [Meaning("What the grid takes, in percent of what the site draws at the meter with all planned work at full power."), Between(1, 100)]
    public required int Percent { get; init; }

    [Meaning("For how long, such as 2h; for the energy that is not drawn."), Between(60, 1e7)]
    public required TimeSpan For { get; init; }

    [Meaning("Share of the asked tokens/s that must still be served, in percent; 0, the default, asks without requiring."), Between(0, 100)]
    public int KeepPercent { get; init; }
}

/// <summary>The content of a WarmWater: the loops' supply becomes warmer.</summary>
[Meaning("Warmer supply that the plan is asked to bear.")]
public sealed record WarmWaterSpec
{
    [Meaning("How much warmer than each loop's supplyTemperature, in kelvin."), Between(0.1, 60)]
    public required double Kelvin { get; init; }

    [Meaning("Which loops: liquid (the default), air or all."), OneOf("liquid", "air", "all")]
    public string Loops { get; init; } = "liquid";

    [Meaning("Share of the asked tokens/s that must still be served, in percent; 0, the default, asks without requiring."), Between(0, 100)]
    public int KeepPercent { get; init; }
}

/// <summary>The content of a Maintenance: racks are out for a while, one lot after another.</summary>
[Meaning("Maintenance of every rack that the plan is asked to bear.")]
public sealed record MaintenanceSpec
{
    [Meaning("For how long a rack is out, whole hours of 1h to 24h."), Between(3600, 86_400)]
    public required TimeSpan RackIsOut { get; init; }

    [Meaning("Share of the asked tokens/s that must be served meanwhile, in percent. Default 100."), Between(1, 100)]
    public int KeepPercent { get; init; } = 100;

    [Meaning("Whether training goes on meanwhile. Default true.")]
    public bool Training { get; init; } = true;

    [Meaning("Whether any one loss of the plan must be survived meanwhile too, with its share. Default false.")]
    public bool SurviveLosses { get; init; }

    [Meaning("Demand of each hour of the day from 0 on, in percent of the peak: 24 entries of 0 to 100; the peak all day when left out.")]
    public IReadOnlyList<long> HourPercents { get; init; } = [];
}

/// <summary>The content of an ObservedDraw: what racks were seen to draw.</summary>
[Meaning("Observed draw by which power may be booked beyond what feeds carry.")]
public sealed record ObservedDrawSpec
{
    [Meaning("A CSV file beside this one with the columns watts and provisioned_watts, one line a second: what racks drew together, and what they may draw with every GPU at its limit.")]
    public required string File { get; init; }

    [Meaning("Where the readings come from.")]
    public required string Source { get; init; }
}
