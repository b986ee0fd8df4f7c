using System.Globalization;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F12: a grid event that really happened, judged by the meter's trace.</summary>
internal static partial class TraceCases
{
    private static readonly TimeSpan EndOfDay = TimeSpan.FromHours(24);

    public static object? Answer(string expectation, CaseInputs inputs)
    {
        var trace = TraceFile.Read(inputs.Text("trace"), inputs.Folder);
        var (from, to) = Window(inputs.Text("baseline_window"));
        var baseline = trace.Mean(from, to);
        if (expectation == "baseline")
            return baseline.Value;
        if (StepExpectation().Match(expectation) is { Success: true } step)
            return InWindow(trace, baseline, WindowOf(step.Groups["window"].Value, inputs), step.Groups["what"].Value, inputs);
        if (Between().Match(expectation) is { Success: true } between)
            return trace.AvoidedKilowattHours(Time(between.Groups["from"].Value), JustBefore(Time(between.Groups["to"].Value)), baseline);
        return Ramp(expectation, inputs, trace, baseline);
    }

    private static object? Ramp(string expectation, CaseInputs inputs, MeterTrace trace, Watts baseline)
    {
        TimeSpan Start() => Time(inputs.Text("ramp_start"));
        Watts Target() => TargetOf(inputs, baseline);
        EventScore Score() => EventScore.Judge(trace, baseline, inputs.Plain("target_fraction"), Start(), Hold(inputs).From, Hold(inputs).To);
        if (LastAbove().Match(expectation) is { Success: true } last)
            return Text(trace.LastBroken(Start(), JustBefore(last.Groups["until"] is { Success: true } until ? Time(until.Value) : Hold(inputs).To), Target()));
        return expectation switch
        {
            "target" => Target().Value,
            "first_minute_at_or_below_target" => Text(trace.FirstKept(Start(), EndOfDay, Target())),
            "ramp_minutes_to_stay_below" => (trace.KeptFrom(Start(), Hold(inputs).To, Target()) - Start())?.TotalMinutes,
            "overshoot_fraction" or "overshoot" or "undershoot_fraction" => Score().Overshoot,
            "min_fraction" or "lowest_fraction" => Score().LowestFraction,
            "compliant" or "full_compliance" => Score().IsCompliant,
            _ => throw new UnknownExpectationException(expectation),
        };
    }

    private static double InWindow(MeterTrace trace, Watts baseline, (TimeSpan From, TimeSpan To) window, string what, CaseInputs inputs) => what switch
    {
        "mean_fraction" => trace.Mean(window.From, window.To) / baseline,
        "max_fraction" => trace.Highest(window.From, window.To) / baseline,
        "min_fraction" => trace.Lowest(window.From, window.To) / baseline,
        "minutes" => trace.Window(window.From, window.To).Count,
        "minutes_at_or_below_target" => trace.Kept(window.From, window.To, TargetOf(inputs, baseline)),
        "mean" => trace.Mean(window.From, window.To).Value,
        "max" => trace.Highest(window.From, window.To).Value,
        "avoided_kwh" or "avoided" => trace.AvoidedKilowattHours(window.From, window.To, baseline),
        _ => throw new UnknownExpectationException(what),
    };

    private static Watts TargetOf(CaseInputs inputs, Watts baseline) => baseline * inputs.Plain("target_fraction");

    // The hold that these traces were taken for: three hours, from twenty minutes after the ramp's start.
    private static (TimeSpan From, TimeSpan To) Hold(CaseInputs inputs)
    {
        if (inputs.TextOrNone("hold_window") is { } stated)
            return Window(stated);
        var from = Time(inputs.Text("ramp_start")) + TimeSpan.FromMinutes(20);
        return (from, JustBefore(from + TimeSpan.FromHours(3)));
    }

    private static (TimeSpan From, TimeSpan To) WindowOf(string name, CaseInputs inputs) =>
        name == "hold" ? Hold(inputs) : Window(inputs.Text($"{name}_window"));

    private static (TimeSpan From, TimeSpan To) Window(string text) =>
        text.Split('-') is [var from, var to] ? (Time(from), Time(to)) : throw new CaseException($"the window '{text}' cannot be read");

    private static TimeSpan Time(string text) => TimeSpan.TryParse(text.Trim(), CultureInfo.InvariantCulture, out var time)
        ? time
        : throw new CaseException($"the time '{text}' cannot be read");

    private static TimeSpan JustBefore(TimeSpan time) => time - TimeSpan.FromTicks(1);

    private static string? Text(TimeSpan? time) => time?.ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<window>step\d+|hold|restore|event)_(?<what>\w+)$")]
    private static partial Regex StepExpectation();

    [GeneratedRegex(@"^avoided_kwh_(?<from>\d\d:\d\d)_(?<to>\d\d:\d\d)$")]
    private static partial Regex Between();

    [GeneratedRegex(@"^last_minute_above_target(_before_(?<until>\d\d:\d\d))?$")]
    private static partial Regex LastAbove();
}
