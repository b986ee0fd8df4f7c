using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Facility.Breakers;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F01: inverse-time breakers.</summary>
internal static partial class BreakerCases
{
    // A pick-up of 1 A makes currents multiples.
    private const double Pickup = 1;

    public static object? Answer(string expectation, CaseInputs inputs)
    {
        if (inputs.Has("standard", "mcb", "band") && !inputs.Has("M", "multiple", "I", "overload"))
            return BandCases.Constant(expectation, inputs);
        switch (expectation)
        {
            case "trip" or "trip_time" or "time_to_trip" or "trip_s_if_no_action" or "trip_at" or "t" or "total_trip" or "trip_total" or "total" or "t_trip" or "trip_time_total":
                return BreakerOf(inputs).TripSeconds(SegmentsOf(inputs, expectation == "trip_s_if_no_action"));
            case "trips" or "tripped":
                return double.IsFinite(BreakerOf(inputs).TripSeconds(SegmentsOf(inputs, false)));
            case "accumulator" or "accumulator_at_safe" or "accumulated" or "accumulator_at_end" or "accumulator_fraction":
                return Accumulated(inputs, null);
            case "within_budget" or "budget_ok" or "safe" or "in_time":
                return inputs.Quantity("detection") + inputs.Quantity("actuation")
                    < (inputs.PlainOrNone("safety_factor") ?? 1) * BreakerOf(inputs).TripSeconds(Multiple(inputs));
            case "budget" or "time_budget" or "max_detection_plus_actuation":
                return (inputs.PlainOrNone("safety_factor") ?? 1) * BreakerOf(inputs).TripSeconds(Multiple(inputs));
            case "remaining" or "time_left" or "remaining_trip" or "trip_after_change":
                return Remaining(inputs);
            case "M" or "multiple" or "max_multiple":
                return CurveOf(inputs).MultipleFor(inputs.Quantity("trip", "t", "time", "duration"));
            case "reset" or "reset_time":
                return CurveOf(inputs).ResetSecondsAt(Multiple(inputs));
            case "instantaneous":
                return Multiple(inputs) > inputs.Plain(Instantaneous);
            case "trip_s_max" or "max_trip_s":
                return Breaker.InstantaneousSeconds;
        }
        if (AtSecond().Match(expectation) is { Success: true } at)
            return Accumulated(inputs, double.Parse(at.Groups["s"].Value, CultureInfo.InvariantCulture));
        if (AfterFirst().IsMatch(expectation))
            return Accumulated(inputs, Segments(inputs)[0].Time.TotalSeconds);
        return BandCases.Promise(expectation, inputs, Multiple);
    }

    private static readonly string[] Instantaneous =
        ["instantaneous_multiple", "instantaneous", "inst_multiple", "instantaneous_M", "magnetic_multiple", "M_inst", "I_inst"];

    private static TripCurve CurveOf(CaseInputs inputs)
    {
        var name = inputs.TextOrNone("curve");
        var (k, alpha, c) = (inputs.QuantityOrNone("k"), inputs.PlainOrNone("alpha"), inputs.PlainOrNone("c") ?? inputs.PlainOrNone("c_s"));
        var known = name is null ? null : TripCurves.Find(name);
        var stated = name is null ? null : inputs.Stated("parameters", name);
        if (known is null && stated is null && k is null)
            throw new CaseException($"the curve '{name}' is not known");
        return new TripCurve(
            name ?? "stated", k ?? Constant(stated, "k_s") ?? known!.K, alpha ?? Constant(stated, "alpha") ?? known!.Alpha,
            c ?? Constant(stated, "c_s") ?? known?.C ?? 0, inputs.PlainOrNone("TMS", "TD", "time_multiplier", "time_dial") ?? 1,
            inputs.QuantityOrNone("tr", "reset") ?? known?.ResetSeconds);
    }

    private static double? Constant(JsonNode? stated, string name) => stated?[name] is { } node ? CaseInputs.Number(node, name) : null;

    private static Breaker BreakerOf(CaseInputs inputs) => new(CurveOf(inputs), Pickup, inputs.PlainOrNone(Instantaneous));

    private static double Multiple(CaseInputs inputs)
    {
        if (inputs.PlainOrNone("M", "multiple", "M_before", "M_overload", "overload", "load_fraction") is { } multiple)
            return multiple;
        return inputs.Quantity("I", "current", "amps", "load") / inputs.Quantity("I_pickup", "pickup", "rated", "rating", "I_n", "I_rated");
    }

    private static List<(double Amperes, TimeSpan Time)> SegmentsOf(CaseInputs inputs, bool withoutAction)
    {
        if (Segments(inputs) is { Count: > 0 } segments)
            return segments;
        var overload = Multiple(inputs);
        if (withoutAction || inputs.PlainOrNone("M_after") is not { } after)
            return [(overload, inputs.QuantityOrNone("duration") is { } lasts ? TimeSpan.FromSeconds(lasts) : TimeSpan.MaxValue)];
        return [(overload, TimeSpan.FromSeconds(inputs.Quantity("detection") + inputs.Quantity("actuation"))), (after, TimeSpan.MaxValue)];
    }

    private static double Remaining(CaseInputs inputs)
    {
        var segments = SegmentsOf(inputs, false);
        var breaker = BreakerOf(inputs);
        var state = segments.SkipLast(1).Aggregate(BreakerState.Cold, (state, part) => breaker.Step(state, part.Amperes, part.Time));
        return breaker.SecondsLeft(state, segments[^1].Amperes);
    }

    // Before the last segment unless an instant is given: the last one usually lasts until the trip.
    private static double Accumulated(CaseInputs inputs, double? second)
    {
        var breaker = BreakerOf(inputs);
        var (state, passed) = (BreakerState.Cold, 0.0);
        var segments = SegmentsOf(inputs, false);
        var parts = second is null && segments[^1].Time == TimeSpan.MaxValue ? segments.SkipLast(1) : segments;
        foreach (var (amperes, time) in parts)
        {
            var seconds = Math.Min(time.TotalSeconds, (second ?? double.MaxValue) - passed);
            state = breaker.Step(state, amperes, TimeSpan.FromSeconds(seconds));
            passed += seconds;
        }
        return state.Accumulated;
    }

    private static List<(double Amperes, TimeSpan Time)> Segments(CaseInputs inputs)
    {
        if (inputs.Node("segments", "steps", "profile", "load_profile", "phases", "currents", "sequence", "stages") is JsonArray list)
            return [.. list.Select(SegmentOf)];
        if (inputs.Node("M_steps", "multiples", "M_profile") is JsonArray multiples)
        {
            var times = inputs.Required("durations_s", "dur_s", "duration_s", "times_s") as JsonArray ?? throw new CaseException("the durations are not a list");
            return [.. multiples.Select((multiple, i) => (CaseInputs.Number(multiple, "M"), Lasting(i < times.Count ? times[i] : null)))];
        }
        if (inputs.PlainOrNone("M1", "M_1", "M_first") is not { } first)
            return [];
        var last = inputs.QuantityOrNone("t2", "duration2", "d2") is { } ends ? TimeSpan.FromSeconds(ends) : TimeSpan.MaxValue;
        return
        [
            (first, TimeSpan.FromSeconds(inputs.Quantity("t1", "duration1", "d1", "t_first", "M1_for", "for1"))),
            (inputs.Plain("M2", "M_2", "M_second", "M_then"), last),
        ];
    }

    private static (double Amperes, TimeSpan Time) SegmentOf(JsonNode? node)
    {
        if (node is JsonArray pair)
            return (CaseInputs.Number(pair[0], "segments"), Lasting(pair.Count > 1 ? pair[1] : null));
        var fields = node as JsonObject ?? throw new CaseException("a segment is neither a pair nor an object");
        var multiple = fields.FirstOrDefault(field => field.Key is "M" or "multiple" or "load" or "overload").Value ?? throw new CaseException("a segment lacks 'M'");
        var lasts = fields.FirstOrDefault(field => field.Key is not ("M" or "multiple" or "load" or "overload"));
        if (fields.Count > 2 || (lasts.Key is not null && lasts.Key is not ("s" or "seconds" or "duration_s" or "for_s" or "t_s" or "dt_s" or "time_s")))
            throw new CaseException("a segment has fields that are not known");
        return (CaseInputs.Number(multiple, "M"), Lasting(lasts.Value));
    }

    private static TimeSpan Lasting(JsonNode? seconds) =>
        seconds is JsonValue value && value.TryGetValue<double>(out var number) ? TimeSpan.FromSeconds(number) : TimeSpan.MaxValue;

    [GeneratedRegex(@"^accumulator_(at|after)_(?<s>\d+(\.\d+)?)_?s$")]
    private static partial Regex AtSecond();

    [GeneratedRegex("^accumulator_(at|after)_(first|segment_?1|step_?1|segment|step|switch|change|M1)$|^accumulator_before_.+$")]
    private static partial Regex AfterFirst();
}
