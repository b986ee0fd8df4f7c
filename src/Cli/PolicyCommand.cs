using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;
using ControlPlane.Facility.Policies;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl policies</c>: what every power policy, built in or declared, gives each GPU model.</summary>
internal static class PolicyCommand
{
    public static Command Build()
    {
        var output = CommandLine.Output();
        var command = new Command("policies", "Shows what power policies give each GPU model, and where the figures come from.") { output };
        command.Runs(async (parsed, client, _) =>
        {
            var lines = Lines(await client.Get<List<JsonObject>>("/v1/objects?kind=PowerPolicy")).ToList();
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(lines, FactoryClient.Json));
            else
                Table.Print(["POLICY", "GPU", "LIMIT", "WATTS", "SOURCE"], lines.Select(line => (IReadOnlyList<string>)[
                    line.Policy, line.Gpu, $"{line.Percent} %", line.Watts.ToString("0", CultureInfo.InvariantCulture), line.Source]));
            return ExitCodes.Done;
        });
        return command;
    }

    private static IEnumerable<PolicyLine> Lines(IEnumerable<JsonObject> objects)
    {
        var catalogue = HardwareCatalogue.Default;
        var declared = objects.Select(text => ManifestReader.Read(text.ToJsonString(), "host").Manifests[0])
            .Select(manifest => (Policy: GpuPolicy.Of(manifest.Name, (PowerPolicySpec)manifest.Spec, catalogue), IsBuiltIn: false)).ToList();
        var builtIn = GpuPolicy.BuiltIn(catalogue).Where(policy => !declared.Exists(one => one.Policy.Name == policy.Name)).Select(policy => (Policy: policy, IsBuiltIn: true));
        return
            from policy in builtIn.Concat(declared)
            from model in catalogue.Gpus
            let percent = policy.Policy.Percents[model.Name]
            select new PolicyLine(
                policy.Policy.Name, model.Name, percent, Math.Max(model.LimitWatts.Value * percent / 100, model.MinimumLimitWatts?.Value ?? 0),
                !policy.IsBuiltIn ? "declared" : policy.Policy.Name == "maxq" ? EfficiencyPoint.Of(model).Source : "the default limit");
    }

    private sealed record PolicyLine(string Policy, string Gpu, int Percent, double Watts, string Source);
}
