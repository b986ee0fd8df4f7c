using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Planning.Snapshots;
using ControlPlane.Scheduling;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Cli.Twin;

/// <summary>A running hall, as <c>factoryctl snapshot</c> wrote it, as the start of a run.</summary>
internal static class TwinSnapshot
{
    // A limit that was put in force stays: a run that long ends before it does.
    private const double ForEver = 3.2e9;

    /// <summary>The present of a running hall, from its host.</summary>
    public static async Task<TwinPlan> Now(ParseResult parsed)
    {
        using var client = FactoryClient.Of(parsed);
        var hall = await CommandLine.HallOf(parsed.GetValue<string?>("--hall"), client);
        var snapshot = await client.Get<JsonElement>($"/v1/halls/{Uri.EscapeDataString(hall)}/snapshot");
        return Read(snapshot.GetRawText(), $"hall {hall} now");
    }

    /// <summary>Reads a snapshot from a file.</summary>
    /// <exception cref="InvalidDataException">The file is no sound snapshot.</exception>
    public static TwinPlan Read(string file) => Read(File.ReadAllText(file), file);

    /// <summary>Reads a snapshot. Jobs that run kernels are left out, and told on standard error: nobody knows how long they take.</summary>
    /// <exception cref="InvalidDataException">The file is no sound snapshot.</exception>
    private static TwinPlan Read(string text, string file)
    {
        try
        {
            var (snapshot, root) = (HallSnapshots.Read(text, file), JsonNode.Parse(text)!.AsObject());
            var state = snapshot.State;
            var far = JsonSerializer.Deserialize<SnapshotFile>(text, FactoryClient.Json)!.Jobs.ToDictionary(job => (string)job.Manifest["metadata"]!["name"]!, job => (job.SavedSeconds, job.DoneSeconds), StringComparer.Ordinal);
            var kernels = state.Jobs.Count(job => state.SpecOf(job)!.Work.RunsOnDevice) + snapshot.Waiting.InOrder.Count(job => job.Spec.Work.RunsOnDevice);
            if (kernels > 0)
                Console.Error.WriteLine($"{file}: {kernels} jobs run kernels and are left out.");
            return new TwinPlan
            {
                Hall = state.Layout.Hall.Value,
                Manifests = [.. root["manifests"]!.AsArray().Select(manifest => manifest!.DeepClone().AsObject())],
                Present =
                [
                    .. state.Jobs.Where(job => state.SpecOf(job)!.Work is SimulatedWork)
                        .Select(job => Present(job.Value, state.SpecOf(job)!, state.AssignmentOf(job), far)),
                    .. snapshot.Waiting.InOrder.Where(job => job.Spec.Work is SimulatedWork).Select(job => Present(job.Job.Value, job.Spec, null, far)),
                ],
                ClosedNodes = [.. state.Layout.Nodes.Where((_, node) => state.ConditionOf(node) != NodeCondition.Ready).Select(node => node.Id.Value)],
                Faults =
                [
                    .. state.Layout.PowerDomains.Select((domain, index) => (domain, Limit: state.PowerLimit(index))).Where(one => one.Limit < one.domain.Limit)
                        .Select(one => new TwinFault(0, "limit", one.domain.Id.Value, ForEver, one.Limit.Kilowatts)),
                    .. state.Layout.Links.Where((_, index) => !state.IsLinkUp(index)).Select(link => new TwinFault(0, "link", link.Id.Value, ForEver)),
                ],
            };
        }
        catch (SnapshotException fault)
        {
            throw new InvalidDataException(fault.Message);
        }
    }

    private static PresentJob Present(string name, JobSpec spec, Assignment? assignment, Dictionary<string, (double Saved, double Done)> far) =>
        new(ManifestWriter.ToJson(JobSpecs.ToManifest(name, spec)), assignment is null ? null : PlaceImage.Of(assignment))
        {
            SavedSeconds = far[name].Saved,
            DoneSeconds = assignment is null ? far[name].Saved : far[name].Done,
        };
}
