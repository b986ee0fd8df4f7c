using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl change</c>: changes of declared objects that are kept under a name until they are activated.</summary>
internal static class ChangeCommand
{
    public static Command Build() => new("change", "Changes of declared objects, staged under a name: create, validate, activate or discard.")
    {
        Create(), List(), Validate(), Activate(), Discard(),
    };

    private static Argument<string> Name() => new("name") { Description = "The change's name." };

    private static Command Create()
    {
        var name = Name();
        var files = new Option<string[]>("--file", "-f") { Description = "Manifest files or folders; - reads standard input.", AllowMultipleArgumentsPerToken = true };
        var removed = new Option<string[]>("--remove") { Description = "Objects to remove, such as Rack/old.", AllowMultipleArgumentsPerToken = true };
        var replace = new Option<bool>("--replace") { Description = "Takes the place of another change of that name." };
        var command = new Command("create", "Keeps a change under a name and says what it would come to. Exit code 1: it could not be activated now.") { name, files, removed, replace };
        command.Runs(async (parsed, client, _) =>
        {
            var request = new StageRequest(CommandLine.Read(parsed.GetValue(files) ?? []), parsed.GetValue(removed) ?? [], parsed.GetValue(replace));
            return Print(await client.Put<ChangeVerdictResponse>(Path(parsed.GetValue(name)!), request));
        });
        return command;
    }

    private static Command List()
    {
        var output = CommandLine.Output();
        var command = new Command("list", "The changes that are kept.") { output };
        command.Runs(async (parsed, client, _) =>
        {
            var changes = await client.Get<List<ChangeResponse>>("/v1/changes");
            if (parsed.GetValue(output) == "json")
            {
                Console.WriteLine(JsonSerializer.Serialize(changes, FactoryClient.Json));
                return ExitCodes.Done;
            }
            Table.Print(["CHANGE", "STAGED", "STATE", "FILES", "REMOVES"], changes.Select(change => new[]
            {
                change.Name, change.At.ToString("u", CultureInfo.InvariantCulture), StateOf(change), string.Join(", ", change.Files), string.Join(", ", change.Removed),
            }));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Validate()
    {
        var name = Name();
        var command = new Command("validate", "Says what activating a change now would come to. Exit code 1: it could not be.") { name };
        command.Runs(async (parsed, client, _) => Print(await client.Get<ChangeVerdictResponse>(Path(parsed.GetValue(name)!))));
        return command;
    }

    private static Command Activate()
    {
        var name = Name();
        var command = new Command("activate", "Makes a staged change, all of it or none.") { name };
        command.Runs(async (parsed, client, _) => Print(await client.Post<ChangeVerdictResponse>(Path(parsed.GetValue(name)!) + "/activate", new { })));
        return command;
    }

    private static Command Discard()
    {
        var name = Name();
        var command = new Command("discard", "Drops a staged change.") { name };
        command.Runs(async (parsed, client, _) =>
        {
            await client.Delete<JsonElement>(Path(parsed.GetValue(name)!));
            Console.WriteLine($"{parsed.GetValue(name)} discarded");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Path(string name) => "/v1/changes/" + Uri.EscapeDataString(name);

    private static string StateOf(ChangeResponse change) =>
        change.ActivatedAs is { } version ? $"activated as version {version}" : $"staged at version {change.Version}";

    private static int Print(ChangeVerdictResponse answer)
    {
        foreach (var change in answer.Changes)
            Console.WriteLine($"{change.Key} {change.Change}{(answer.Change.ActivatedAs is null ? " (staged)" : "")}");
        foreach (var error in answer.Errors)
            Console.Error.WriteLine(FactoryClient.Line(error));
        Console.WriteLine($"{answer.Change.Name}: {StateOf(answer.Change)}{(answer.Errors.Count > 0 ? ", cannot be activated now" : "")}");
        return answer.Errors.Count > 0 ? ExitCodes.No : ExitCodes.Done;
    }
}
