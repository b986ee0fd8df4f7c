using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl link</c>: what is known of a trunk, and readings by hand.</summary>
internal static class LinkCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("link") { Description = "The trunk, such as fabric-a-leaf-01." };
        var carrier = new Option<string?>("--carrier") { Description = "A reading: up or down." };
        carrier.AcceptOnlyFromAmong("up", "down");
        var receive = new Option<double?>("--receive") { Description = "A reading: what it carries toward the racks, Gbit/s." };
        var transmit = new Option<double?>("--transmit") { Description = "A reading: what it carries away from the racks, Gbit/s." };
        var errors = new Option<long?>("--errors") { Description = "A reading: errors since the reading before." };
        var output = CommandLine.Output();
        var hall = CommandLine.Hall();
        var command = new Command("link", "Shows a trunk; with --carrier, --receive, --transmit or --errors takes a reading first.") { name, carrier, receive, transmit, errors, hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            var path = $"/v1/halls/{await CommandLine.HallOf(parsed.GetValue(hall), client)}/links/{Uri.EscapeDataString(parsed.GetValue(name)!)}";
            bool? up = parsed.GetValue(carrier) is { } word ? word == "up" : null;
            var reading = new LinkReadingRequest(up, parsed.GetValue(receive), parsed.GetValue(transmit), parsed.GetValue(errors));
            if (!IsFinite(reading.ReceiveGbps) || !IsFinite(reading.TransmitGbps))
                throw new CommandException(ExitCodes.BadInput, "--receive and --transmit are numbers of Gbit/s: leave out what is unknown.");
            if (reading != new LinkReadingRequest())
                await client.Post<ConditionResponse>(path + "/reading", reading);
            var link = await client.Get<LinkStatusResponse>(path);
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(link, FactoryClient.Json));
            else
                Print(link);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>What a trunk carries, in a table's cell.</summary>
    public static string Carries(LinkResponse link) => Carries(link.ReceiveGbps, link.TransmitGbps, link.Errors);

    private static void Print(LinkStatusResponse link) => Table.Print(["link", link.Link],
    [
        ["state", link.Up ? "up" : $"down. {link.Because}"],
        ["reserved", string.Create(CultureInfo.InvariantCulture, $"{link.ReservedGbps:0.#} of {link.CapacityGbps:0.#} Gbit/s")],
        ["carrier", link.CarrierUp switch { true => "up", false => "down", null => "unknown" }],
        ["carries", Carries(link.ReceiveGbps, link.TransmitGbps, link.Errors)],
        ["falls", $"{link.Falls.Count}"],
        ["ring", link.Ring is { } ring ? string.Create(CultureInfo.InvariantCulture, $"{ring.BusGigabytesPerSecond:0.###} GB/s bus bandwidth by {ring.Job}: {ring.What}; {ring.ReadAt:yyyy-MM-dd HH:mm:ss}Z") : "not measured"],
    ]);

    private static string Carries(double? receive, double? transmit, long? errors) => receive is null && transmit is null && errors is null ? "unknown"
        : string.Create(CultureInfo.InvariantCulture, $"{Rate(receive)} in, {Rate(transmit)} out{(errors is { } count ? $", {count} errors" : "")}");

    private static string Rate(double? gbps) => gbps is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.#} Gbit/s") : "unknown";

    private static bool IsFinite(double? value) => value is not { } given || double.IsFinite(given);
}
