using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;
using ControlPlane.Domain.Devices;
using ControlPlane.Facility.Diagnostics;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl top</c>, <c>events</c>, <c>gpu</c>, <c>limit</c> and <c>set</c>: a hall while it runs.</summary>
internal static class HallCommands
{
    public static Command BuildTop()
    {
        var hall = CommandLine.Hall();
        var output = CommandLine.Output();
        var command = new Command("top", "Shows a hall in figures: power, cooling, links, racks, queues, jobs.") { hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            var view = await client.Get<HallResponse>("/v1/halls/" + await CommandLine.HallOf(parsed.GetValue(hall), client));
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(view, FactoryClient.Json));
            else
                Print(view);
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command BuildEvents()
    {
        var hall = CommandLine.Hall();
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on with what happens." };
        var after = new Option<long?>("--after") { Description = "Only events after this sequence number." };
        var count = new Option<int>("--count") { Description = "At most so many, the newest.", DefaultValueFactory = _ => 50 };
        var command = new Command("events", "Shows what happened in a hall.") { hall, watch, after, count };
        command.Runs(async (parsed, client, cancellation) =>
        {
            var name = await CommandLine.HallOf(parsed.GetValue(hall), client);
            var newest = (await client.Get<EventsResponse>($"/v1/halls/{name}/events?after={long.MaxValue}&count=1")).Last;
            var from = parsed.GetValue(after) ?? Math.Max(0, newest - parsed.GetValue(count));
            var page = await client.Get<EventsResponse>($"/v1/halls/{name}/events?after={from}&count={Math.Clamp(parsed.GetValue(count), 1, 1000)}");
            foreach (var happened in page.Events)
                Print(happened);
            if (!parsed.GetValue(watch))
                return ExitCodes.Done;
            var last = page.Events.Count == 0 ? from : page.Events[^1].Sequence;
            await foreach (var happened in client.Watch(name, last).WithCancellation(cancellation))
                Print(happened);
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command BuildGpu()
    {
        var name = new Argument<string>("gpu") { Description = "Such as gb200-01-n00-g3." };
        var command = new Command("gpu", "Shows one GPU.") { name };
        command.Runs(async (parsed, client, _) =>
        {
            var gpu = await client.Get<GpuResponse>("/v1/gpus/" + Uri.EscapeDataString(parsed.GetValue(name)!));
            Table.Print(["gpu", gpu.Gpu],
            [
                ["device", gpu.Device ?? "unknown"], ["health", gpu.Health], ["jobs", string.Join(" ", gpu.Jobs)],
                ["generation", gpu.Generation.ToString(CultureInfo.InvariantCulture)], ["kernels run", gpu.KernelsRun.ToString(CultureInfo.InvariantCulture)],
                ["draws", Table.Watts(gpu.PowerWatts)], ["temperature", gpu.TemperatureCelsius is { } celsius ? $"{celsius.ToString("0.#", CultureInfo.InvariantCulture)} C" : "unknown"],
                ["power limit", Table.Watts(gpu.LimitWatts)],
                ["energy", Known(gpu.EnergyJoules / 3.6e6, "0.###", "kWh since its driver was loaded")], ["clock", Known(gpu.SmClockMegahertz, "0", "MHz")],
                ["clocks lowered", Slowdowns(gpu.SlowedBecause)], ["ECC errors", Known(gpu.UncorrectedErrors, "0", "uncorrected")],
                ["memory rows", gpu.RowsFailed == true ? "a remapping failed" : gpu.RowsPending == true ? "wait for a reset" : gpu.RowsPending is null ? "unknown" : "sound"],
                ["memory", gpu is { MemoryCelsius: null, MemoryClockMegahertz: null } ? "unknown" : $"{Known(gpu.MemoryCelsius, "0.#", "C")}, {Known(gpu.MemoryClockMegahertz, "0", "MHz")}"],
                ["PCIe", Pcie(gpu.Links)], ["NVLinks", NvLinks(gpu.Links)],
                ["memory of its job", gpu.JobMemoryBytes is { } held ? $"{(held / 1048576.0).ToString("0.##", CultureInfo.InvariantCulture)} MiB" : "none"],
                ["armed cap", gpu.CapWatts is { } cap ? $"{Table.Watts(cap)}{(gpu.CapObstacle.Length > 0 ? $", but {gpu.CapObstacle}" : "")}" : "none holds"],
            ]);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Known(double? value, string format, string unit) =>
        value is { } known ? $"{known.ToString(format, CultureInfo.InvariantCulture)} {unit}" : "unknown";

    private static string Pcie(CardLinks? links) => links is not { PcieLanes: { } lanes }
        ? "unknown"
        : $"{Counted(lanes)} of {Counted(links.MostPcieLanes)} lanes, generation {Counted(links.PcieGeneration)} of {Counted(links.MostPcieGeneration)}, {Counted(links.PcieReplays)} replays";

    private static string NvLinks(CardLinks? links) => links is not { NvLinks: { } all }
        ? "none, or unknown"
        : $"{Counted(links.NvLinksUp)} of {Counted(all)} up, {Counted(links.NvLinkErrors)} replays and recoveries, {Counted(links.NvLinkCrcErrors)} checksum errors, " +
            $"{Known(links.NvLinkSentBytes / 1e9, "0.#", "GB")} sent, {Known(links.NvLinkReceivedBytes / 1e9, "0.#", "GB")} received";

    private static string Counted(long? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of";

    private static string Slowdowns(long? bits) => bits switch
    {
        null => "unknown",
        0 => "no",
        { } known => string.Join(", ", DiagnosticsCriteria.Default.Slowdowns.Where(reason => ((known >> reason.Bit) & 1) != 0).Select(reason => reason.Name)
            .DefaultIfEmpty(string.Create(CultureInfo.InvariantCulture, $"0x{known:x}"))),
    };

    public static Command BuildLimit()
    {
        var domain = new Argument<string>("domain") { Description = "The power domain." };
        var limit = new Argument<string?>("limit") { Description = "Such as 400kW; left out, the layout's own is restored.", Arity = ArgumentArity.ZeroOrOne };
        var reason = new Option<string>("--reason") { Description = "Why, for those who ask later.", DefaultValueFactory = _ => "" };
        var hall = CommandLine.Hall();
        var pause = new Option<bool>("--pause") { Description = "Move or pause jobs, lowest first, while more is metered and nobody can draw less." };
        var emergency = new Option<bool>("--emergency") { Description = "Besides, fire the caps that are armed on the nodes at once." };
        var command = new Command("limit", "Sets the limit of a power domain. It holds as soon as committed power allows.") { domain, limit, reason, pause, emergency, hall };
        command.Runs(async (parsed, client, _) =>
        {
            var name = await CommandLine.HallOf(parsed.GetValue(hall), client);
            var answer = await client.Post<PowerLimitResponse>(
                $"/v1/halls/{name}/power/{Uri.EscapeDataString(parsed.GetValue(domain)!)}",
                new PowerLimitRequest(parsed.GetValue(limit), parsed.GetValue(reason)!, parsed.GetValue(emergency) ? "emergency" : parsed.GetValue(pause) ? "pause" : "lower"));
            Console.WriteLine($"{answer.Domain}: {Table.Watts(answer.RequestedWatts)} asked for, {Table.Watts(answer.InForceWatts)} in force, {Table.Watts(answer.CommittedWatts)} committed");
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command BuildSet()
    {
        var kind = new Argument<string>("kind") { Description = "node, rack, gpu, loop, link or queue." };
        kind.AcceptOnlyFromAmong("node", "rack", "gpu", "loop", "link", "queue");
        var name = new Argument<string>("name") { Description = "Its name." };
        var state = new Argument<string>("state") { Description = "node: ready, cordoned, draining, failed; rack: the same, or created, discovering, validating, maintenance, error, deleting; gpu: ready, failed; loop: ready, lost; link: up, down; queue: open, held." };
        var reason = new Option<string>("--reason") { Description = "Why, for those who ask later.", DefaultValueFactory = _ => "" };
        var hall = CommandLine.Hall();
        var command = new Command("set", "Changes the state of a node, rack, GPU, cooling loop, link or queue.") { kind, name, state, reason, hall };
        command.Runs(async (parsed, client, _) =>
        {
            var what = parsed.GetValue(kind)!;
            var which = Uri.EscapeDataString(parsed.GetValue(name)!);
            var path = what == "queue" ? $"/v1/queues/{which}" : $"/v1/halls/{await CommandLine.HallOf(parsed.GetValue(hall), client)}/{what}s/{which}";
            var request = new StateRequest(parsed.GetValue(state)!, parsed.GetValue(reason)!);
            var still = "";
            if (what is "node" or "rack" or "link")
                still = await client.Post<ConditionResponse>(path, request) is { State: "ready" or "up", Because: { Length: > 0 } why } ? $", and still takes nothing new: {why}" : "";
            else
                await client.Post(path, request);
            Console.WriteLine($"{what} {parsed.GetValue(name)} {parsed.GetValue(state)}{still}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(EventResponse happened) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{happened.Sequence,8}  {happened.At:HH:mm:ss.fff}  {happened.Kind,-20} {happened.Subject,-28} {happened.Message}"));

    private static string Note(PowerResponse power) => string.Create(
        CultureInfo.InvariantCulture, $"{(power.IsFailsafeOn ? "armed caps hold " : "")}{(power.BookedOver == 1 ? "" : $"booked {power.BookedOver:0.###} times")}");

    private static string State(RackResponse rack) => rack.State + (rack.Closed is { Count: > 0 } closed && rack.State == "ready" ? $", {closed.Count} nodes closed" : "");

    private static string Building(RackResponse rack) => rack.Leaks is not { } leaks ? "" : string.Create(
        CultureInfo.InvariantCulture, $"{(leaks ? "LEAKS" : "dry")}{Coolant(" in", rack.SupplyCelsius)}{Coolant(" out", rack.ReturnCelsius)}");

    private static string Coolant(string where, double? celsius) => celsius is { } known ? string.Create(CultureInfo.InvariantCulture, $"{where} {known:0.0} C") : "";

    private static void Print(HallResponse view)
    {
        var leased = view.Racks.Sum(rack => rack.LeasedGpus);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{view.Hall}: {leased} of {view.Gpus} GPUs leased, {view.Running} jobs hold GPUs, {view.Waiting} wait, {view.Ended} ended, {view.Tokens:N0} tokens"));
        Console.WriteLine();
        Table.Print(["POWER", "KIND", "COMMITTED", "DRAWS", "LIMIT", ""], view.Power.Where(power => power.Kind != "rack").Select(power => (IReadOnlyList<string>)[
            power.Domain, power.Kind, Table.Watts(power.CommittedWatts), (power.IsEstimate ? "about " : "") + Table.Watts(power.ObservedWatts), Table.Watts(power.LimitWatts), Note(power)]));
        Console.WriteLine();
        Table.Print(["COOLING", "COMMITTED", "CAPACITY", ""], view.Cooling.Select(loop => (IReadOnlyList<string>)[
            loop.Loop, Table.Watts(loop.CommittedWatts), Table.Watts(loop.CapacityWatts), loop.IsLost ? "lost" : ""]));
        Console.WriteLine();
        Table.Print(["LINK", "STATE", "RESERVED", "CAPACITY", "CARRIES"], view.Links.Select(link => (IReadOnlyList<string>)[
            link.Link, link.Up ? "up" : "down", $"{link.ReservedGbps:0.#} Gbit/s", $"{link.CapacityGbps:0.#} Gbit/s", LinkCommand.Carries(link)]));
        Console.WriteLine();
        Table.Print(["RACK", "TYPE", "LEASED", "DRAWS", "HOTTEST", "STATE", "BUILDING"], view.Racks.Select(rack => (IReadOnlyList<string>)[
            rack.Rack, rack.Type, $"{rack.LeasedGpus}/{rack.Gpus}", Table.Watts(rack.ObservedWatts), rack.HottestCelsius is { } hottest ? $"{hottest:0.0} C" : "unknown", State(rack), (rack.IsFailsafeOn ? "caps fired " : "") + Building(rack)]));
        Console.WriteLine();
        Table.Print(["QUEUE", "USED", "LIMIT", "WAITING"], view.Queues.Select(queue => (IReadOnlyList<string>)[
            queue.Queue, $"{queue.UsedGpus:0.##}", queue.LimitGpus is { } limit ? $"{limit:0.##}" : "none", $"{queue.Waiting}"]));
        Console.WriteLine();
        Table.Print(["JOB", "QUEUE", "PHASE", "GPUS", "PRIORITY", "WHY"], view.Jobs.Take(40).Select(job => (IReadOnlyList<string>)[
            job.Job, job.Queue, job.Phase, $"{job.Gpus:0.##}", $"{job.Priority}", job.Message.Length > 90 ? job.Message[..87] + "..." : job.Message]));
    }
}
