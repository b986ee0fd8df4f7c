using System.CommandLine;
using System.Text.Json;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Facility.Policies;
using ControlPlane.Planning.Snapshots;
using ControlPlane.Scheduling;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl place</c>: decides offline where jobs would go in a hall that was written to a file.</summary>
internal static class PlaceCommand
{
    public static Command Build()
    {
        var profile = new Option<string>("--profile") { Description = "Where tasks are best put.", DefaultValueFactory = _ => "factory" };
        profile.AcceptOnlyFromAmong([.. PlacementProfile.Names]);
        var seed = new Option<ulong>("--seed") { Description = "Repeats a decision.", DefaultValueFactory = _ => 1 };
        var output = CommandLine.Output();
        var command = new Command("place", "Decides, without a host, about jobs in a hall's snapshot: -f snapshot.json -f job.yaml. Exit code 0: all placed, 1: one waits or is refused.")
        {
            CommandLine.Files, profile, seed, output,
        };
        command.SetAction(parsed =>
        {
            try
            {
                var (snapshot, jobs) = Read(CommandLine.Read(parsed.GetValue(CommandLine.Files)!));
                var decisions = jobs.Select(job => Decide(snapshot.State, snapshot.At, job.Job, job.Spec, PlacementProfile.Named(parsed.GetValue(profile)!)!, parsed.GetValue(seed))).ToList();
                Print(decisions, parsed.GetValue(output)!);
                return decisions.TrueForAll(one => one.Decision is Placed) ? ExitCodes.Done : ExitCodes.No;
            }
            catch (Exception fault) when (fault is CommandException or SnapshotException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(fault.Message);
                return ExitCodes.BadInput;
            }
        });
        return command;
    }

    private static (HallSnapshot Snapshot, List<(JobId Job, JobSpec Spec)> Jobs) Read(IReadOnlyList<Api.FileBody> files)
    {
        HallSnapshot? snapshot = null;
        var jobs = new List<(JobId, JobSpec)>();
        foreach (var file in files)
        {
            if (file.Text.Contains("\"format\"", StringComparison.Ordinal) && file.Text.Contains("hall-snapshot/", StringComparison.Ordinal))
            {
                if (snapshot is not null)
                    throw new CommandException(ExitCodes.BadInput, $"{file.Name}: is a second snapshot; give one.");
                snapshot = HallSnapshots.Read(file.Text, file.Name);
                continue;
            }
            var reading = ManifestReader.Read(file.Text, file.Name);
            var errors = reading.Errors.ToList();
            foreach (var manifest in reading.Manifests)
            {
                if (manifest.Kind != "Job")
                    errors.Add(manifest.Error("kind", $"a {manifest.Kind} is not placed", "give jobs beside the snapshot"));
                else if (JobSpecs.From(PtxFiles.Inlined(manifest, errors), HardwareCatalogue.Default, errors) is { } spec)
                    jobs.Add((new JobId(manifest.Name), spec));
            }
            if (errors.Count > 0)
                throw new CommandException(ExitCodes.BadInput, string.Join(Environment.NewLine, errors));
        }
        if (snapshot is null || jobs.Count == 0)
            throw new CommandException(ExitCodes.BadInput, "Give a snapshot (from 'factoryctl snapshot') and at least one job: -f snapshot.json -f job.yaml.");
        return (snapshot, [.. jobs.Select(job => (job.Item1, Resolved(job.Item1, job.Item2, snapshot)))]);
    }

    private static JobSpec Resolved(JobId job, JobSpec spec, HallSnapshot snapshot)
    {
        var power = JobPower.Resolve(spec, snapshot.Policies, HardwareCatalogue.Default);
        return power.Spec ?? throw new CommandException(ExitCodes.BadInput, $"{job}: {power.Objection}");
    }

    // One after another: a job that is placed is there when the next is decided about.
    private static (JobId Job, PlacementDecision Decision, IReadOnlyList<string> Nodes) Decide(
        HallState state, DateTimeOffset at, JobId job, JobSpec spec, PlacementProfile profile, ulong seed)
    {
        if (state.Contains(job))
            throw new CommandException(ExitCodes.BadInput, $"The snapshot has a job '{job}' already: give the new one another name.");
        var decision = Placer.Place(state, job, spec, profile, seed);
        var options = new CycleOptions(profile, seed, at, _ => null) { Windows = NodeWindow.Of(state.Layout, at, instant => instant) };
        if (BackfillPass.Applies(options))
            decision = new BackfillPass(state, new WaitingJobs(), options).Consider(new WaitingJob(job, spec, long.MaxValue), decision);
        if (decision is not Placed placed)
            return (job, decision, [Alternatives.Sentence(Alternatives.Of(state, job, spec, profile, seed))]);
        state.Assign(job, spec, placed.Assignment);
        return (job, decision, [.. placed.Assignment.Tasks.Select(task => $"{state.Layout.Nodes[task.Node].Id}:{string.Join("-", task.Gpus)}{(task.Slot < 0 ? "" : $"/{task.Slot}")}")]);
    }

    private static void Print(List<(JobId Job, PlacementDecision Decision, IReadOnlyList<string> Nodes)> decisions, string output)
    {
        if (output == "json")
        {
            var lines = decisions.Select(one => new { job = one.Job.Value, outcome = one.Decision.GetType().Name.ToLowerInvariant(), why = one.Decision.Explain(), tasks = one.Nodes });
            Console.WriteLine(JsonSerializer.Serialize(lines, FactoryClient.Json));
            return;
        }
        Table.Print(["JOB", "OUTCOME", "WHY", "TASKS"], decisions.Select(one => (IReadOnlyList<string>)
            [one.Job.Value, one.Decision.GetType().Name.ToLowerInvariant(), one.Decision.Explain(), string.Join(" ", one.Nodes.Take(8)) + (one.Nodes.Count > 8 ? $" and {one.Nodes.Count - 8} more" : "")]));
    }
}
