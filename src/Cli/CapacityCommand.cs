using System.CommandLine;
using System.Text.Json;
using ControlPlane.Cli.Plans;
using ControlPlane.Cli.Twin;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;
using ControlPlane.Planning;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl capacity plan</c>: which racks to buy for a demand, when, and what binds.</summary>
internal static class CapacityCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Build()
    {
        var file = new Option<string>("--file", "-f") { Description = "The demand file; - reads standard input.", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var folder = new Option<string?>("--out") { Description = "Writes plan.json, report.html, tables and the racks of each quarter as manifests into this folder." };
        var forms = ResultFiles.FormOption();
        var plan = new Command("plan", "Plans racks for a demand, without a host. Exit code 0: it fits, 1: it does not, a stated condition is violated, or Ctrl-C ended it early, 2: the file is wrong.") { file, output, folder, forms };
        plan.SetAction((parsed, _) => TwinCommand.Guarded(() => Plan(parsed.GetValue(file)!, parsed.GetValue(output)!, parsed.GetValue(folder), parsed.GetValue(forms)!)));
        return new Command("capacity", "Capacity: which racks to buy next.") { plan };
    }

    private static async Task<int> Plan(string file, string output, string? folder, string[] forms)
    {
        var text = file == "-" ? await Console.In.ReadToEndAsync() : await File.ReadAllTextAsync(file);
        var reading = PlanReader.Read(text, file, HardwareCatalogue.Default, name => Beside(file, name));
        if (reading.Question is not { } question)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, reading.Errors));
            return ExitCodes.BadInput;
        }
        var report = Answer(question, out var plan);
        var json = JsonSerializer.Serialize(report, Json);
        if (folder is not null)
            await ResultFiles.Write(folder, Texts(json, report, question, plan), PlanTables.Of(report), forms, JsonSerializer.Serialize(report.Assumptions, Json));
        if (output == "json")
            Console.WriteLine(json);
        else
            PlanPrint.Print(report);
        return report.Fits ? ExitCodes.Done : ExitCodes.No;
    }

    // A name in the file is beside it, or beside where the command was given when the file came by standard input.
    private static StreamReader Beside(string file, string name) =>
        TraceFolder.Reader(Path.Combine(file == "-" ? "" : Path.GetDirectoryName(file) ?? "", name));

    private static CapacityReport Answer(CapacityQuestion question, out RackPlan? plan)
    {
        using var run = new LongRun();
        var report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out plan, new PlanWatch
        {
            IsStopped = () => run.IsStopped,
            Told = (what, done, of) =>
            {
                if (run.IsDue)
                    run.Show("plan", done / (double)of, what);
            },
        });
        if (!report.IsWhole)
            Console.Error.WriteLine("plan: stopped; the plan holds, and what was checked until then.");
        return report;
    }

    private static IEnumerable<(string Name, string Text)> Texts(string json, CapacityReport report, CapacityQuestion question, RackPlan? plan)
    {
        yield return ("plan.json", json + "\n");
        yield return ("report.html", PlanPage.Write(question.Name, report, question.Plan.GridConnection.Value));
        for (var quarter = 0; plan is not null && quarter < question.Quarters.Count; quarter++)
            yield return ($"racks-{question.Quarters[quarter]}.yaml", string.Join("---\n", HallProof.Manifests(question, plan, quarter).Select(ManifestWriter.ToYaml)));
    }
}
