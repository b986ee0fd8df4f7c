using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;

namespace ControlPlane.Simulation.Twin;

/// <summary>How the product's controller keeps limits.</summary>
public sealed record LadderOptions
{
    /// <summary>How often it steers. Default 2 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Share of a limit above which it caps. Default 0.99 (Dynamo, ISCA 2016).</summary>
    public double CapAbove { get; init; } = 0.99;

    /// <summary>Share of a limit that it aims at. Default 0.95, from the same source.</summary>
    public double Aim { get; init; } = 0.95;

    /// <summary>Share of what surviving feeds carry that armed caps aim at. Default 0.98.</summary>
    public double FailsafeAim { get; init; } = 0.98;

    /// <summary>Whether caps are armed for every limit, not only for the loss of feeds, and fired by a relay near it. Default false.</summary>
    public bool GuardsLimits { get; init; }

    /// <summary>Share of a limit that uncapped work must stay below before it lets go. Default 0.9, from the same source.</summary>
    public double ReleaseBelow { get; init; } = 0.9;

    /// <summary>What all GPUs of a hall together may rise by in a second, as a share of the limit at the root. Default 0.01.</summary>
    public double RisePerSecond { get; init; } = 0.01;

    /// <summary>Who gives way first. By default whoever is most flexible.</summary>
    public ShedOrder Order { get; init; } = ShedOrder.MostFlexibleFirst;

    /// <summary>How long an exceeded limit may last, with every cap at its floor, before a job is paused. Default 10 s.</summary>
    public TimeSpan PauseAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Flaps after which a link is taken out of the budget. Default 3.</summary>
    public int MostFlaps { get; init; } = 3;

    /// <summary>From an order to move until the job works in its new place. Default 60 s.</summary>
    public TimeSpan Restart { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long before an announced limit begins it is kept already. Default 30 s.</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Inlet temperature that racks are kept below by capping; null when heat is not watched.</summary>
    public Celsius? InletLimit { get; init; }

    /// <summary>How far below that limit inlets are kept, in kelvin. Default 0.3.</summary>
    public double InletMargin { get; init; } = 0.3;
}
