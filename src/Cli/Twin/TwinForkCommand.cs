using System.CommandLine;
using System.Text.Json;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Cli.Twin;

/// <summary><c>factoryctl twin fork</c>: what would come of a saved state as it is, and of the same state with something changed.</summary>
internal static class TwinForkCommand
{
    public static Command Build()
    {
        var state = new Argument<string>("state") { Description = "A file that 'twin run --save' wrote." };
        var days = new Option<double>("--days") { Description = "Until so many days from the start of the run.", Required = true };
        var changes = new TwinOptions();
        var folder = new Option<string?>("--out") { Description = "A folder for report.html, A against B, and for the tables of both." };
        var forms = ResultFiles.FormOption();
        var output = CommandLine.Output();
        var command = new LongCommand("fork", "Runs a saved state twice: A as it is, B with what is given here. Both meet the same draws.") { state, days, folder, forms, output };
        foreach (var option in changes.All)
            command.Options.Add(option);
        command.SetAction((parsed, _) => TwinCommand.Guarded(async () =>
        {
            var (length, file) = (TwinCommand.LengthOf(parsed.GetValue(days)), parsed.GetValue(state)!);
            var (a, b) = (EventTwin.Load(File.ReadAllText(file), file), TwinCommand.Forked(file, changes, parsed));
            if (length * 8.64e7 < a.Now)
                throw new ArgumentException($"--days: the state stands at day {TwinCommand.Text(a.Now / 8.64e7)}; give that many or more.");
            var whole = TwinRunner.Run(a, length, "A") && TwinRunner.Run(b, length, "B");
            var (one, other) = (a.Outcome(whole), b.Outcome(whole));
            if (parsed.GetValue(folder) is { } path)
            {
                await TwinFiles.Write(Path.Combine(path, "a"), one, parsed.GetValue(forms)!);
                await TwinFiles.Write(Path.Combine(path, "b"), other, parsed.GetValue(forms)!);
                await ResultFiles.Write(path, [("report.html", TwinPage.Compare(one, other))], [], [], "");
            }
            Print(one, other, parsed.GetValue(output)!);
            return whole ? ExitCodes.Done : ExitCodes.No;
        }));
        return command;
    }

    private static void Print(TwinOutcome a, TwinOutcome b, string output)
    {
        var changed = b.Assumptions.Except(a.Assumptions).ToList();
        if (output != "table")
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { a.Seed, a.Days, a.IsWhole, Changed = changed, A = Figures(a), B = Figures(b) }, FactoryClient.Json));
            return;
        }
        Console.WriteLine(changed.Count == 0 ? "B is A: nothing is changed." : "In B: " + string.Join("; ", changed.Select(one => $"{one.Name}: {one.Value}")));
        Console.WriteLine();
        Table.Print(
            ["FIGURE", "A", "B", "B - A", ""],
            a.Figures.Zip(b.Figures, (one, other) => (IReadOnlyList<string>)
                [one.Name, TwinCommand.Text(one.Value), TwinCommand.Text(other.Value), TwinCommand.Text(other.Value - one.Value), one.Unit]));
    }

    private static Dictionary<string, double> Figures(TwinOutcome outcome) => outcome.Figures.ToDictionary(figure => figure.Name, figure => figure.Value);
}
