using System.CommandLine;
using System.Globalization;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Diagnostics;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl probe</c>: what a device makes of a model's shape, measured by a job, for capacity plans.</summary>
internal static class ProbeCommand
{
    public static Command Build()
    {
        var node = new Option<string?>("--node") { Description = "The node to measure on; any that has a device when left out." };
        var model = new Option<string>("--model") { Description = "The model's shape; an unknown one is answered with all there are.", DefaultValueFactory = _ => "small" };
        var shape = new Option<string?>("--shape") { Description = "The shape of a model that is not known by name: " + ModelShape.Form + "." };
        var batches = new Option<int[]>("--batch") { Description = "Sequences decoded together; repeat it. 1, 4 and 16 when left out.", AllowMultipleArgumentsPerToken = true };
        var context = new Option<int>("--context") { Description = "Tokens that each attends to.", DefaultValueFactory = _ => 512 };
        var prompt = new Option<int>("--prompt") { Description = "Tokens of a prompt.", DefaultValueFactory = _ => 256 };
        var repetitions = new Option<int>("--repetitions") { Description = "Steps of each point; the median counts.", DefaultValueFactory = _ => 5 };
        var limits = new Option<int[]>("--limit") { Description = "A power limit in percent of the highest; repeat it. The one that is set when left out.", AllowMultipleArgumentsPerToken = true };
        var save = new Option<FileInfo?>("--save") { Description = "Where to keep the device's curve: a DeviceCurve, which a capacity plan reads." };
        var queue = new Option<string>("--queue") { Description = "The queue.", DefaultValueFactory = _ => "research" };
        var job = new Option<string?>("--job") { Description = "The job's name; made up when left out." };
        var output = CommandLine.Output();
        var command = new Command("probe", "Measures tokens/s and J/token of a model's shape on a device that an agent owns, and waits for the result.")
        {
            node, model, shape, batches, context, prompt, repetitions, limits, save, queue, job, output,
        };
        command.Runs(async (parsed, client, cancellation) =>
        {
            var work = new ProbeWork(
                ShapeOf(parsed.GetValue(model)!, parsed.GetValue(shape)), (parsed.GetValue(batches) is { Length: > 0 } given ? given : [1, 4, 16]).ToValueList(), parsed.GetValue(context),
                parsed.GetValue(prompt), parsed.GetValue(repetitions), (parsed.GetValue(limits) ?? []).ToValueList(), TimeSpan.Zero);
            var id = parsed.GetValue(job) ?? string.Create(CultureInfo.InvariantCulture, $"probe-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}");
            var text = ManifestWriter.ToJson(JobSpecs.ToManifest(id, Spec(work, parsed.GetValue(queue)!, parsed.GetValue(node)))).ToJsonString();
            var code = await JobCommands.Submit(client, new ApplyRequest([new FileBody("command line", text)]), wait: true, parsed.GetValue(output)!, cancellation);
            if (code == ExitCodes.Done && parsed.GetValue(save) is { } file)
                await Save(file.FullName, work.Model.Name, await client.Get<JobResponse>("/v1/jobs/" + Uri.EscapeDataString(id)), cancellation);
            return code;
        });
        return command;
    }

    private static ModelShape ShapeOf(string name, string? shape)
    {
        try
        {
            return ModelShape.Resolve(name, shape);
        }
        catch (FormatException fault)
        {
            throw new CommandException(ExitCodes.BadInput, fault.Message);
        }
    }

    private static JobSpec Spec(ProbeWork work, string queue, string? node) => new(
        new QueueId(queue), 500, [new TaskGroup("probe", 1, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
        new TopologyRequest(null, null) { Nodes = node is null ? [] : [new NodeId(node)] }, work, null, null);

    private static async Task Save(string path, string model, JobResponse job, CancellationToken cancellation)
    {
        if (job.Kernel is not { Points.Count: > 0 } result)
            throw new CommandException(ExitCodes.No, $"{job.Job} measured nothing.");
        try
        {
            await File.WriteAllTextAsync(path, CurveManifest.ToYaml(job.HeldGpus[0], result.Device, "", model, result.Points, job.EndedAt ?? DateTimeOffset.UtcNow), cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.No, $"--save: {fault.Message} The job's result stands: factoryctl job {job.Job} -o json.");
        }
    }
}
