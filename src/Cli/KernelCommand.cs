using System.CommandLine;
using System.Globalization;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl kernel</c>: runs one kernel as a job and shows what it did.</summary>
internal static class KernelCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("kernel") { Description = "Such as sgemm, triad, prefill-attention, adamw, memory-pattern or burn; an unknown one is answered with all there are." };
        var sizes = new Option<string[]>("--size") { Description = "A size, such as m=512; repeat it.", AllowMultipleArgumentsPerToken = true };
        var repetitions = new Option<int>("--repetitions") { Description = "How often it runs.", DefaultValueFactory = _ => 3 };
        var seed = new Option<long>("--seed") { Description = "Seed of the input data.", DefaultValueFactory = _ => 42 };
        var noCheck = new Option<bool>("--no-check") { Description = "Do not compare the result with the reference." };
        var queue = new Option<string>("--queue") { Description = "The queue.", DefaultValueFactory = _ => "research" };
        var job = new Option<string?>("--job") { Description = "The job's name; made up when left out." };
        var output = CommandLine.Output();
        var command = new Command("kernel", "Runs a kernel on a device that an agent owns, and waits for its result.")
        {
            name, sizes, repetitions, seed, noCheck, queue, job, output,
        };
        command.Runs((parsed, client, cancellation) =>
        {
            var kernel = parsed.GetValue(name)!;
            var work = new KernelWork(
                kernel, (parsed.GetValue(sizes) ?? []).Select(SizeOf).ToValueList(), parsed.GetValue(repetitions), !parsed.GetValue(noCheck),
                (ulong)Math.Max(0, parsed.GetValue(seed)), TimeSpan.Zero);
            var spec = new JobSpec(
                new QueueId(parsed.GetValue(queue)!), 500, [new TaskGroup("kernel", 1, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
                new TopologyRequest(null, null), work, null, null)
            {
                Restarts = 0, // Whoever asks for one kernel wants to see the fault.
            };
            var id = parsed.GetValue(job) ?? $"{kernel}-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
            var text = ManifestWriter.ToJson(JobSpecs.ToManifest(id, spec)).ToJsonString();
            return JobCommands.Submit(client, new ApplyRequest([new FileBody("command line", text)]), wait: true, parsed.GetValue(output)!, cancellation);
        });
        return command;
    }

    private static KernelSize SizeOf(string text)
    {
        var parts = text.Split('=');
        if (parts.Length != 2 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            throw new CommandException(ExitCodes.BadInput, $"--size {text}: give a name and a whole number, such as m=512.");
        return new KernelSize(parts[0], value);
    }
}
