using System.CommandLine;
using ControlPlane.Api;
using ControlPlane.Cli.Plans;
using ControlPlane.Cli.Twin;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl capacity plan</c>: which racks to buy for a demand, when, and what binds.</summary>
internal static class CapacityCommand
{
    private static readonly Option<string> File = new("--file", "-f") { Description = "The demand file; - reads standard input.", Required = true };
    private static readonly Option<string?> Folder = new("--out") { Description = "Writes plan.json, report.html, tables and the racks of each quarter as manifests into this folder." };
    private static readonly Option<bool> OnHost = new("--on-host") { Description = "Has the host make it, as does --server; one at a time there." };

    public static Command Build()
    {
        var output = new Option<string>("--output", "-o") { Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var forms = ResultFiles.FormOption();
        var plan = new LongCommand("plan", "Plans racks for a demand, by itself or on a host. Exit code 0: it fits, 1: it does not, a stated condition is violated, or Ctrl-C ended it early, 2: the file is wrong, 3: no host.")
        {
            File, output, Folder, forms, OnHost,
        };
        plan.SetAction((parsed, _) => TwinCommand.Guarded(async () =>
        {
            var file = parsed.GetValue(File)!;
            var text = file == "-" ? await Console.In.ReadToEndAsync() : await System.IO.File.ReadAllTextAsync(file);
            var beside = new List<FileBody>();
            var reading = PlanReader.Read(text, file, HardwareCatalogue.Default, name => Beside(file, name, beside));
            if (reading.Question is not { } question)
            {
                await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, reading.Errors));
                return ExitCodes.BadInput;
            }
            var made = parsed.GetValue(OnHost) || parsed.GetValue(FactoryClient.Server) is not null
                ? await HostPlan.Make(parsed, new CapacityPlanRequest(new FileBody(file, text), beside))
                : Make(question);
            if (parsed.GetValue(Folder) is { } folder)
                await ResultFiles.Write(folder, made.Texts, PlanTables.Of(made.Report), parsed.GetValue(forms)!, PlanTexts.Assumptions(made.Report));
            if (parsed.GetValue(output) == "json")
                Console.Write(PlanTexts.Json(made.Report));
            else
                PlanPrint.Print(made.Report);
            return made.Report.Fits ? ExitCodes.Done : ExitCodes.No;
        }));
        return new Command("capacity", "Capacity: which racks to buy next.") { plan };
    }

    // A name in the file is beside it, or beside where the command was given when the file came by standard input.
    private static StringReader Beside(string file, string name, List<FileBody> read)
    {
        using var reader = TraceFolder.Reader(Path.Combine(file == "-" ? "" : Path.GetDirectoryName(file) ?? "", name));
        var text = reader.ReadToEnd();
        read.Add(new FileBody(name, text));
        return new StringReader(text);
    }

    private static (CapacityReport Report, IEnumerable<(string Name, string Text)> Texts) Make(CapacityQuestion question)
    {
        CapacityReport report;
        RackPlan? plan;
        using (var run = new LongRun())
        {
            report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out plan, new PlanWatch
            {
                IsStopped = () => run.IsStopped,
                Told = (what, done, of) =>
                {
                    if (run.IsDue)
                        run.Show("plan", done / (double)of, what);
                },
            });
        }
        if (!report.IsWhole)
            Console.Error.WriteLine("plan: stopped; the plan holds, and what was checked until then.");
        return (report, PlanTexts.Of(question, report, plan));
    }
}
