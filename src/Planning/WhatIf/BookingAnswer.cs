using ControlPlane.Domain.Catalogue;
using ControlPlane.Facility.Control;
using ControlPlane.Planning.Capacity;
using ControlPlane.Simulation;

namespace ControlPlane.Planning.WhatIf;

/// <summary>How far power may be booked beyond what feeds and the grid connection carry, going by what was seen to be drawn.</summary>
/// <param name="Name">The question's name.</param>
/// <param name="Source">Where the readings come from.</param>
/// <param name="Seconds">How many seconds were observed.</param>
/// <param name="MedianShare">Draw over what was provisioned, in half of the seconds at most.</param>
/// <param name="HighShare">The same in 95 of 100.</param>
/// <param name="HighestShare">The same in 99 of 100.</param>
/// <param name="MostArmed">What armed caps can hold over the limit, by the type that they lower least.</param>
/// <param name="Factor">How much may be booked over a limit: 1 for nothing more.</param>
/// <param name="CappedMinutesADay">Minutes a day in which fully booked feeds would be held by caps, if the days are as what was observed.</param>
/// <param name="MoreRacks">Racks of each type that would still fit after the last quarter as it is, and booked so.</param>
public sealed record BookingAnswer(
    string Name, string Source, int Seconds, double MedianShare, double HighShare, double HighestShare, double MostArmed, double Factor, double CappedMinutesADay,
    IReadOnlyList<BookedRacks> MoreRacks)
{
    private const double DayMinutes = 24 * 60;

    /// <summary>What the product's own law makes of the readings: 95 % of the seconds fit without any cap, armed caps hold the rest.</summary>
    public static BookingAnswer Of(CapacityQuestion question, RackPlan plan, string name, string source, IReadOnlyList<DrawSecond> observed, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(observed);
        var (law, shares) = (new Oversubscription(), observed.Select(second => second.Share).Order().ToList());
        var armed = question.Types.Min(type => type.Watts / (double)ArmedWatts(type, catalogue)) * law.ArmedShare;
        var factor = Math.Floor(law.Factor(shares, armed) * 1000) / 1000;
        double Rank(double share) => Math.Round(shares[(int)Math.Ceiling(share * shares.Count) - 1], 4);
        var booked = question with { Limits = [.. question.Limits.Select(limit => limit.Kind is "grid" or "feed" or "ups" or "pdu" or "busway" ? limit with { Capacity = (long)(limit.Capacity * factor) } : limit)] };
        return new BookingAnswer(
            name, source, shares.Count, Rank(0.5), Rank(0.95), Rank(0.99), Math.Round(armed, 3), factor,
            Math.Round(shares.Count(share => share * factor > 1) / (double)shares.Count * DayMinutes, 1),
            [.. question.Types.Select((type, index) => new BookedRacks(type.Name, Fit(question, plan, index), Fit(booked, plan, index), BindsFor(booked, plan, index)))]);
    }

    private static long ArmedWatts(PlannedType type, HardwareCatalogue catalogue)
    {
        var gpu = catalogue.Gpu(type.Gpu)!;
        var saved = gpu.LimitWatts.Value - (gpu.MinimumLimitWatts?.Value ?? gpu.LimitWatts.Value);
        return (long)Math.Ceiling(type.Watts - (type.Gpus * saved));
    }

    private static int Fit(CapacityQuestion question, RackPlan plan, int type) => new Waterfall(question, type).More(plan.Racks[^1]).Sum();

    private static string BindsFor(CapacityQuestion question, RackPlan plan, int type) =>
        new Waterfall(question, type).Rooms(plan, question.Quarters.Count - 1).FirstOrDefault(room => room.Kind != PlanModel.Supply)?.Kind ?? "nothing";
}

/// <summary>Racks of a type that still fit.</summary>
/// <param name="Type">The type.</param>
/// <param name="AsRated">By what feeds carry.</param>
/// <param name="Booked">With more booked on them.</param>
/// <param name="Binds">What binds then, supply left aside.</param>
public sealed record BookedRacks(string Type, int AsRated, int Booked, string Binds);
