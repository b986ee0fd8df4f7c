using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl get</c>: declared objects as they were applied.</summary>
internal static class GetCommand
{
    public static Command Build()
    {
        var kind = new Argument<string?>("kind") { Description = "Such as Rack; every kind when left out.", Arity = ArgumentArity.ZeroOrOne };
        var name = new Argument<string?>("name") { Description = "One object.", Arity = ArgumentArity.ZeroOrOne };
        var output = CommandLine.Output();
        var command = new Command("get", "Shows declared objects.") { kind, name, output };
        command.Runs(async (parsed, client, _) =>
        {
            var chosen = parsed.GetValue(kind);
            var objects = parsed.GetValue(name) is { } one
                ? [await client.Get<JsonObject>($"/v1/objects/{Uri.EscapeDataString(chosen!)}/{Uri.EscapeDataString(one)}")]
                : await client.Get<List<JsonObject>>("/v1/objects" + (chosen is null ? "" : "?kind=" + Uri.EscapeDataString(chosen)));
            Print(objects, parsed.GetValue(output)!);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(List<JsonObject> objects, string output)
    {
        switch (output)
        {
            case "json":
                Console.WriteLine(JsonSerializer.Serialize(objects, FactoryClient.Json));
                break;
            case "yaml":
                var manifests = objects.SelectMany(item => ManifestReader.Read(item.ToJsonString(), "host").Manifests);
                Console.Write(string.Join("---" + Environment.NewLine, manifests.Select(ManifestWriter.ToYaml)));
                break;
            default:
                Table.Print(["KIND", "NAME", "SPEC"], objects.Select(item => (IReadOnlyList<string>)[
                    item["kind"]!.GetValue<string>(), item["metadata"]!["name"]!.GetValue<string>(), item["spec"]!.ToJsonString()]));
                break;
        }
    }
}
