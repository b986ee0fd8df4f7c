using System.CommandLine;
using System.Text.Json;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Cli.Twin;

/// <summary><c>factoryctl twin training</c>: effective training time of one large gang, by the twin and by the closed form.</summary>
internal static class TwinTrainingCommand
{
    public static Command Build()
    {
        var published = TrainingCheck.Llama3(60);
        var gpus = new Option<int>("--gpus") { Description = "GPUs of the gang.", DefaultValueFactory = _ => published.Gpus };
        var spares = new Option<int>("--spare-nodes") { Description = "Nodes beside it.", DefaultValueFactory = _ => published.SpareNodes };
        var failures = new Option<string>("--failures") { Description = "llama3, rsc1, rsc2, or failures per node and day.", DefaultValueFactory = _ => "llama3" };
        var costs = new Option<double[]>("--checkpoint-cost") { Description = "Seconds of a checkpoint; several are compared.", DefaultValueFactory = _ => [60, 5], AllowMultipleArgumentsPerToken = true };
        var restart = new Option<double>("--restart") { Description = "Seconds from a failure until work goes on.", DefaultValueFactory = _ => published.RestartSeconds };
        var days = new Option<double>("--days") { Description = "Length of each run.", DefaultValueFactory = _ => published.Days };
        var seeds = new Option<int>("--seeds") { Description = "Runs, each under its own seed from 1 on.", DefaultValueFactory = _ => published.Seeds };
        var output = CommandLine.Output();
        var command = new Command("training", "Effective training time under failures, by default of 16,384 GPUs as published for Llama 3. Exit code 1: the closed form lies outside of a band.")
        {
            gpus, spares, failures, costs, restart, days, seeds, output,
        };
        command.SetAction(parsed => CommandLine.Guarded(() =>
        {
            var rate = TwinOptions.Rate(parsed.GetValue(failures)!);
            var rows = new List<(TrainingCheck Check, TrainingBand Band)>();
            foreach (var cost in parsed.GetValue(costs)!)
            {
                var check = new TrainingCheck(parsed.GetValue(gpus), parsed.GetValue(spares), rate, cost, parsed.GetValue(restart), parsed.GetValue(days), parsed.GetValue(seeds));
                if (!Console.IsErrorRedirected)
                    Console.Error.WriteLine($"checkpoint of {TwinCommand.Text(cost)} s: {check.Seeds} runs of {TwinCommand.Text(check.Days)} days");
                rows.Add((check, check.Run()));
            }
            Print(rows, parsed.GetValue(output)!);
            return rows.TrueForAll(row => row.Band.Holds(row.Check.ClosedForm)) ? ExitCodes.Done : ExitCodes.No;
        }));
        return command;
    }

    private static void Print(List<(TrainingCheck Check, TrainingBand Band)> rows, string output)
    {
        if (output != "table")
        {
            Console.WriteLine(JsonSerializer.Serialize(rows.Select(row => new { row.Check, row.Band, IsWithin = row.Band.Holds(row.Check.ClosedForm) }), FactoryClient.Json));
            return;
        }
        Table.Print(
            ["CHECKPOINT S", "INTERVAL S", "FAILURE EVERY H", "CLOSED FORM", "TWIN", "+-", "WITHIN"],
            rows.Select(row => (IReadOnlyList<string>)
            [
                TwinCommand.Text(row.Check.CheckpointSeconds), TwinCommand.Text(row.Check.IntervalSeconds), TwinCommand.Text(row.Check.MeanSeconds / 3600),
                TwinCommand.Text(row.Check.ClosedForm), TwinCommand.Text(row.Band.Mean), TwinCommand.Text(row.Band.Margin), row.Band.Holds(row.Check.ClosedForm) ? "yes" : "NO",
            ]));
    }
}
