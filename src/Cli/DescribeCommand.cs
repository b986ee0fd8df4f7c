using System.CommandLine;
using System.Text.Json.Nodes;
using ControlPlane.Api;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl describe</c>: an object as it was declared, and how it is now.</summary>
internal static class DescribeCommand
{
    public static Command Build()
    {
        var kind = new Argument<string>("kind") { Description = "Such as Rack, PowerDomain or Queue." };
        var name = new Argument<string>("name") { Description = "The object's name." };
        var command = new Command("describe", "Shows a declared object and how it is now.") { kind, name };
        command.Runs(async (parsed, client, _) =>
        {
            var path = $"/v1/objects/{Uri.EscapeDataString(parsed.GetValue(kind)!)}/{Uri.EscapeDataString(parsed.GetValue(name)!)}";
            var manifest = ManifestReader.Read((await client.Get<JsonObject>(path)).ToJsonString(), "host").Manifests[0];
            Console.Write(ManifestWriter.ToYaml(manifest));
            foreach (var hall in await client.Get<List<HallResponse>>("/v1/halls"))
                Print(hall, manifest);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(HallResponse hall, Manifest manifest)
    {
        var name = manifest.Name;
        List<IReadOnlyList<string>> rows = manifest.Kind switch
        {
            "Hall" when hall.Hall == name => [["gpus", $"{hall.Gpus}, {hall.FreeGpus} wholly free"], ["jobs", $"{hall.Running} hold GPUs, {hall.Waiting} wait, {hall.Ended} ended"]],
            "PowerDomain" => [.. hall.Power.Where(power => power.Domain == name || power.Parent == name).Select(power => (IReadOnlyList<string>)[
                power.Domain, $"{Table.Watts(power.CommittedWatts)} committed of {Table.Watts(power.LimitWatts)}, drawing {(power.IsEstimate ? "about " : "")}{Table.Watts(power.ObservedWatts)}"])],
            "CoolingLoop" => [.. hall.Cooling.Where(loop => loop.Loop == name).Select(loop => (IReadOnlyList<string>)[
                loop.Loop, $"{Table.Watts(loop.CommittedWatts)} of heat committed of {Table.Watts(loop.CapacityWatts)}"])],
            "Fabric" => [.. hall.Links.Where(link => IsOf(link.Link, name)).Select(link => (IReadOnlyList<string>)[
                link.Link, $"{(link.Up ? "up" : "down")}, {link.ReservedGbps:0.#} of {link.CapacityGbps:0.#} Gbit/s reserved, carries {LinkCommand.Carries(link)}{(link.Because.Length > 0 ? $". {link.Because}" : "")}"])],
            "Rack" => [.. hall.Racks.Where(rack => IsOf(rack.Rack, name)).SelectMany(rack => (IReadOnlyList<string>[])[[
                rack.Rack, $"{rack.State}, {rack.LeasedGpus} of {rack.Gpus} GPUs leased, draws {Table.Watts(rack.ObservedWatts)}, hottest GPU {(rack.HottestCelsius is { } hottest ? $"{hottest:0.0} C" : "unknown")}"], .. Closed(rack)])],
            "Queue" => [.. hall.Queues.Where(queue => queue.Queue == name).Select(queue => (IReadOnlyList<string>)[
                queue.Queue, $"{queue.UsedGpus:0.##} GPUs held{(queue.LimitGpus is { } limit ? $" of {limit:0.##}" : "")}, {queue.Waiting} jobs wait"])],
            _ => [],
        };
        if (rows.Count == 0)
            return;
        Console.WriteLine();
        Table.Print(["NOW IN", hall.Hall], rows);
    }

    private static IEnumerable<IReadOnlyList<string>> Closed(RackResponse rack) =>
        (rack.Closed ?? []).Select(node => (IReadOnlyList<string>)["  " + node.Node, $"{node.Condition}: {node.Because}"]);

    /// <summary>Racks and links are named after their manifest, with a number behind.</summary>
    private static bool IsOf(string numbered, string manifest) => numbered.StartsWith(manifest + "-", StringComparison.Ordinal);
}
