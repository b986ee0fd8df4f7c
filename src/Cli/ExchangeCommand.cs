using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ControlPlane.Facility.Exchange;
using ControlPlane.Simulation;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl exchange replay</c>: publishes a log of a building's messages, each one judged first.</summary>
internal static class ExchangeCommand
{
    public static Command Build() => new("exchange", "Messages of grids and buildings (DSX Exchange).") { Replay() };

    private static Command Replay()
    {
        var csv = new Option<string>("--csv") { Description = "The log: offset,topic,payload.", Required = true };
        var broker = new Option<string>("--broker") { Description = "The MQTT broker, as HOST:PORT.", DefaultValueFactory = _ => "127.0.0.1:1883" };
        var speed = new Option<double>("--speed") { Description = "How many times faster than it was.", DefaultValueFactory = _ => 1 };
        var command = new Command("replay", "Publishes a log as a building would. Exit code 1: a message breaks the rules, and nothing was published.") { csv, broker, speed };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                return await Run(parsed.GetValue(csv)!, parsed.GetValue(broker)!, parsed.GetValue(speed), cancellation);
            }
            catch (Exception fault) when (fault is CommandException or TraceFormatException or IOException or UnauthorizedAccessException or MqttCommunicationException)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return (fault as CommandException)?.ExitCode ?? (fault is MqttCommunicationException ? ExitCodes.NoHost : ExitCodes.BadInput);
            }
        });
        return command;
    }

    private static async Task<int> Run(string path, string broker, double speed, CancellationToken cancellation)
    {
        if (broker.Split(':') is not [var host, var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            throw new CommandException(ExitCodes.BadInput, $"--broker: '{broker}' is not HOST:PORT.");
        if (!(speed > 0))
            throw new CommandException(ExitCodes.BadInput, "--speed: give a number above 0.");
        using var reader = new StreamReader(path);
        var messages = MessageLog.Read(reader, path);
        if (messages.Count == 0)
            throw new CommandException(ExitCodes.BadInput, $"{path} holds no message.");
        var refused = messages.Select(message => (message.Topic, Reading: ExchangeReader.Read(message.Topic, Encoding.UTF8.GetBytes(Stamped(message)))))
            .Where(one => one.Reading is NotUnderstood).Select(one => $"{one.Topic}: {((NotUnderstood)one.Reading).Fault}").ToList();
        if (refused.Count > 0)
        {
            foreach (var one in refused.Take(20))
                await Console.Error.WriteLineAsync(one);
            await Console.Error.WriteLineAsync($"{refused.Count} of {messages.Count} messages break the rules: nothing was published.");
            return ExitCodes.No;
        }
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer(host, port).WithProtocolVersion(MqttProtocolVersion.V311).Build(), cancellation);
        await Publish(client, messages, speed, cancellation);
        await client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{messages.Count} messages published, as they were within {messages[^1].At.TotalSeconds:0.0} s"));
        return ExitCodes.Done;
    }

    private static async Task Publish(IMqttClient client, IReadOnlyList<LoggedMessage> messages, double speed, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        foreach (var message in messages)
        {
            var due = message.At / speed - watch.Elapsed;
            if (due > TimeSpan.FromMilliseconds(1))
                await Task.Delay(due, cancellation);
            // Whoever comes later must hear what the points are.
            var isMetadata = ExchangeTopic.Parse(message.Topic)!.Kind == MessageKind.PointMetadata;
            await client.PublishAsync(
                new MqttApplicationMessageBuilder().WithTopic(message.Topic).WithPayload(Stamped(message)).WithRetainFlag(isMetadata)
                    .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(), cancellation);
        }
    }

    private static string Stamped(LoggedMessage message) => message.Payload.Replace(
        MessageLog.Now, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
