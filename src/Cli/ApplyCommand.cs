using System.CommandLine;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl apply</c> and <c>delete</c>: declared objects.</summary>
internal static class ApplyCommand
{
    public static Command Build()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Hear the verdict, change nothing." };
        var command = new Command("apply", "Adds or replaces declared objects, all or none.") { CommandLine.Files, dryRun };
        command.Runs(async (parsed, client, _) =>
        {
            var request = new ApplyRequest(CommandLine.Read(parsed.GetValue(CommandLine.Files)!), parsed.GetValue(dryRun));
            Print(await client.Post<ApplyResponse>("/v1/manifests", request), request.DryRun);
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command BuildDelete()
    {
        var kind = new Argument<string>("kind") { Description = "Such as Rack." };
        var name = new Argument<string>("name") { Description = "The object's name." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Hear the verdict, change nothing." };
        var command = new Command("delete", "Removes a declared object that nothing refers to and nothing runs on.") { kind, name, dryRun };
        command.Runs(async (parsed, client, _) =>
        {
            var isDryRun = parsed.GetValue(dryRun);
            var path = $"/v1/objects/{Uri.EscapeDataString(parsed.GetValue(kind)!)}/{Uri.EscapeDataString(parsed.GetValue(name)!)}";
            Print(await client.Delete<ApplyResponse>(isDryRun ? path + "?dryRun=true" : path), isDryRun);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(ApplyResponse answer, bool dryRun)
    {
        foreach (var change in answer.Changes)
            Console.WriteLine($"{change.Key} {change.Change}{(dryRun ? " (dry run)" : "")}");
    }
}
