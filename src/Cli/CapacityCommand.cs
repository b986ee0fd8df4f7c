using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;
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
        var folder = new Option<string?>("--out") { Description = "Writes plan.json, report.html and the racks of each quarter as manifests into this folder." };
        var plan = new Command("plan", "Plans racks for a demand, without a host. Exit code 0: it fits, 1: it does not or a stated condition is violated, 2: the file is wrong.") { file, output, folder };
        plan.SetAction(parsed => CommandLine.Guarded(() => Plan(parsed.GetValue(file)!, parsed.GetValue(output)!, parsed.GetValue(folder))));
        return new Command("capacity", "Capacity: which racks to buy next.") { plan };
    }

    private static int Plan(string file, string output, string? folder)
    {
        var text = file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
        var reading = PlanReader.Read(text, file, HardwareCatalogue.Default);
        if (reading.Question is not { } question)
        {
            Console.Error.WriteLine(string.Join(Environment.NewLine, reading.Errors));
            return ExitCodes.BadInput;
        }
        var report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out var plan);
        var json = JsonSerializer.Serialize(report, Json);
        if (folder is not null)
            Write(folder, json, report, question, plan);
        if (output == "json")
            Console.WriteLine(json);
        else
            Print(report);
        return report.Fits ? ExitCodes.Done : ExitCodes.No;
    }

    private static void Write(string folder, string json, CapacityReport report, CapacityQuestion question, RackPlan? plan)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "plan.json"), json + "\n");
        File.WriteAllText(Path.Combine(folder, "report.html"), PlanPage.Write(question.Name, report, question.Plan.GridConnection.Value));
        for (var quarter = 0; plan is not null && quarter < question.Quarters.Count; quarter++)
        {
            var racks = HallProof.Manifests(question, plan, quarter).Select(ManifestWriter.ToYaml);
            File.WriteAllText(Path.Combine(folder, $"racks-{question.Quarters[quarter]}.yaml"), string.Join("---\n", racks));
        }
    }

    private static void Print(CapacityReport report)
    {
        Console.WriteLine($"{(report.Fits ? "fits" : "does not fit")}: {report.Status}");
        if (report.Quarters.Count > 0)
            PrintPlan(report);
        foreach (var (quarter, percent) in report.ServedPercent.Where(one => one.Value < 100))
            Console.WriteLine(Text($"{quarter}: {percent:0.0} % of the demand fits"));
        foreach (var way in report.Relaxations)
            Console.WriteLine($"{report.FirstShort} would fit with {way.What}: {string.Join("; ", way.Steps)}");
        foreach (var problem in (report.Checks?.Violations ?? []).Concat(report.Checks?.Misplaced ?? []))
            Console.WriteLine("violated: " + problem);
    }

    private static void PrintPlan(CapacityReport report)
    {
        Table.Print(["QUARTER", "RACKS", "NEW", "GPUS", "METER", "TOKENS/S", "TOKENS/S/MW", "$/QUARTER", "BINDS", "NEXT"], report.Quarters.Select(quarter => (IReadOnlyList<string>)
        [
            quarter.Quarter, Text($"{quarter.Racks.Sum(row => row.Count)}"),
            Text($"{string.Join(" ", quarter.Racks.Where(row => row.Added > 0).GroupBy(row => row.Type).Select(type => $"{type.Sum(row => row.Added)}x{type.Key}"))}"),
            Text($"{quarter.Gpus}"), Table.Watts(quarter.MeterWatts), Text($"{quarter.TokensPerSecond}"), Text($"{quarter.TokensPerSecondPerMegawatt}"),
            Text($"{quarter.Dollars}"), Room(quarter.Binding), Room(quarter.Next),
        ]));
        Console.WriteLine();
        Table.Print(["ORDER BY", "FOR", "RACKS", "TYPE", "DOLLARS"], report.Orders.Select(order => (IReadOnlyList<string>)
            [Text($"{order.OrderBy:yyyy-MM-dd}"), order.Quarter, Text($"{order.Count}"), order.Type, Text($"{order.Dollars}")]));
        Console.WriteLine();
        Table.Print(["NEED", "QUARTER", "ASKED", "$/MTOKEN", "KWH/MTOKEN"], report.Quarters[^1].Needs.Select(need => (IReadOnlyList<string>)
            [need.Need, report.Quarters[^1].Quarter, Text($"{need.Asked}"), Text($"{need.DollarsPerMillionTokens}"), Text($"{need.KilowattHoursPerMillionTokens}")]));
        Console.WriteLine();
        foreach (var rack in report.Marginal)
            Console.WriteLine(Text($"one more {rack.Type}: {rack.Fits} fit, {rack.Binding} binds; {rack.QuarterDollars} dollars a quarter"));
        foreach (var left in report.Stranded)
            Console.WriteLine($"stranded once full: {(left.Unit == "W" ? Table.Watts(left.Left) : Text($"{left.Left} {left.Unit}"))} of {left.Kind}, because of {string.Join(", ", left.Because)}");
    }

    private static string Room(KindRoom? room) => room is null ? "-" : Text($"{room.Kind} +{room.MoreRacks}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
