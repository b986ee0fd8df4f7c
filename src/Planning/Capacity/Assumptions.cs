using System.Globalization;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Planning.Capacity;

/// <summary>Everything that a plan takes for granted, as printed with it.</summary>
internal static class Assumptions
{
    public static IReadOnlyDictionary<string, string> Of(CapacityQuestion question)
    {
        var plan = question.Plan;
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["seed"] = Text(plan.Seed),
            ["solver"] = Text($"Google OR-Tools CP-SAT, one worker, at most {plan.SolverSeconds} deterministic seconds, within 0.1 % of the least cost"),
            ["asOf"] = plan.AsOf.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["pue"] = Text(plan.Pue),
            ["sparesPercent"] = Text($"{plan.SparesPercent}: of each type, rounded up; at work only while something is lost"),
            ["sustainedPercent"] = Text($"{plan.SustainedPercent}: of measured tokens/s"),
            ["trainingGoodputPercent"] = Text(plan.TrainingGoodputPercent),
            ["surviveFeedPercent"] = Text(plan.SurviveFeedPercent),
            ["surviveLoopPercent"] = Text(plan.SurviveLoopPercent),
            ["surviveLeafPercent"] = Text(plan.SurviveLeafPercent),
            ["drawPercent"] = Text($"{plan.DrawPercent}: of provisioned power, for energy and its cost only"),
            ["dollarsPerKilowattHour"] = Text(plan.DollarsPerKilowattHour),
            ["writeOffYears"] = Text(plan.WriteOffYears),
            ["power"] = "a rack is provisioned with every GPU at its default limit, the rest of its nodes and its switches at their most",
            ["losses"] = "one at a time; training pauses and leaves its racks to serving; what has backups runs on, and its backups keep room for it",
            ["leaf"] = "a lost leaf may take racks of one type only: the worst case of each type counts",
            ["training"] = "GPUs count by their dense bf16 rate in the catalogue",
            ["cost"] = "write-off in equal parts and electricity; racks that stand already cost as much as new ones",
        };
        if (plan.Failures is { } failures && PublishedFailures.TryRead(failures, out var rate, out var source))
        {
            all["twin failures"] = Text($"{rate.PerNodeDay} per node and day, {source}; on any node and at any instant alike likely");
            all["twin repairs"] = Text($"{plan.RepairHours} h in the mean; 61 of 419 failures are software's and need none (arXiv:2407.21783, table 5)");
            all["twin restarts"] = Text($"{plan.RestartSeconds} s for a replica or a gang; a checkpoint stops training for {plan.CheckpointSeconds} s, at Young's interval");
            all["twin seeds"] = Text($"{plan.Seed} to {plan.Seed + plan.Seeds - 1}, each hall by itself; margins are 95 % by Student's t");
            all["twin services"] = Text($"a replica makes its rate all the time that it serves; all asked tokens/s are asked all the time; {plan.ServedPercent} % of them must be served");
            all["twin training"] = "one elastic gang of each rack type and hall, which shrinks before it stops";
        }
        foreach (var (name, line) in question.Traces)
            all[$"trace of {name}"] = line;
        if (!question.WhatIf.AreNone)
        {
            all["what if, speeds"] = "under a power limit by published sweeps; where a model has none, the A100's in proportion";
            all["what if, dies"] = "0.03 K/W behind a cold plate, 0.07 K/W behind a heat sink, less where a part at full power in air of 27 C needs it; GPUs are held 4 K below throttling, 87 C where no figure is known";
            all["what if, loops"] = "warmer loops carry as much heat as before";
        }
        foreach (var type in question.Types)
            all[$"rack {type.Name}"] = Text($"{type.Gpus} GPUs, {type.Watts} W, {type.Offer.Dollars} dollars, lead time {type.Offer.LeadTime.TotalDays} days");
        foreach (var (need, type, way) in question.Needs.SelectMany(need => need.Ways.Select((way, type) => (need, type, way))).Where(one => one.way is not null))
            all[$"rate of {need.Name} on {question.Types[type].Name}"] = Text($"{way!.Rate} for {(way.NodesPerUnit == 1 ? "a node" : "a rack")}; {way.Source}");
        return all;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
