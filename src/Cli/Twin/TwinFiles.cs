using System.Text.Json;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Cli.Twin;

/// <summary>Writes what a run came to.</summary>
internal static class TwinFiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The outcome without its rows and jobs.</summary>
    public static string Summary(TwinOutcome outcome) => JsonSerializer.Serialize(
        new
        {
            outcome.Seed,
            outcome.Days,
            outcome.IsWhole,
            outcome.Assumptions,
            Figures = outcome.Figures.ToDictionary(figure => figure.Name, figure => figure.Value),
            Units = outcome.Figures.Where(figure => figure.Unit.Length > 0).ToDictionary(figure => figure.Name, figure => figure.Unit),
            outcome.Services,
        },
        Json);

    /// <summary>Writes into a folder, which is made where there is none.</summary>
    public static Task Write(string folder, TwinOutcome outcome, IReadOnlyList<string> forms) =>
        ResultFiles.Write(folder, [("outcome.json", Summary(outcome) + "\n"), ("report.html", TwinPage.Write(outcome))], TwinTables.Of(outcome), forms, Summary(outcome));
}
