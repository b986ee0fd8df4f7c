using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Planning.Capacity;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Serving;

namespace ControlPlane.Planning.Trials;

/// <summary>One planned hall in the event twin: replicas as services, training as one elastic gang of each GPU model.</summary>
internal sealed class HallTrial
{
    // Gangs never end while they are looked at.
    private const int MostHours = 24 * 365;

    private readonly CapacityQuestion _question;
    private readonly List<(int Need, double Rate)> _services = [];
    private readonly Dictionary<string, double> _gangRates = new(StringComparer.Ordinal);

    /// <summary>Prepares it.</summary>
    /// <param name="question">The question.</param>
    /// <param name="halls">The planned halls.</param>
    /// <param name="hall">Which of them.</param>
    /// <param name="serving">Replicas by need, type and hall.</param>
    /// <param name="training">Training nodes by need, type and hall.</param>
    public HallTrial(CapacityQuestion question, PlanHalls halls, int hall, int[][][] serving, int[][][] training)
    {
        _question = question;
        var (services, gangs) = (new List<ServicePlan>(), new List<PresentJob>());
        for (var need = 0; need < question.Needs.Count; need++)
        {
            for (var type = 0; type < question.Types.Count; type++)
            {
                if (question.Needs[need].Ways[type] is not { } way)
                    continue;
                if (question.Needs[need].IsTraining)
                    AddGang(question.Types[type], way, training[need][type][hall], gangs);
                else if (serving[need][type][hall] > 0)
                    services.Add(Service(need, question.Types[type], way, serving[need][type][hall]));
            }
        }
        var layout = halls.Layouts[hall];
        Plan = new TwinPlan
        {
            Hall = layout.Hall.Value,
            Manifests = [.. question.Factory.Objects.Values.Concat(halls.RackManifests.Where(rack => ((RackSpec)rack.Spec).Hall == layout.Hall.Value)).Select(ManifestWriter.ToJson)],
            Services = services,
            Present = gangs,
            CheckpointSeconds = question.Plan.CheckpointSeconds,
            RestartSeconds = question.Plan.RestartSeconds,
            RepairHours = question.Plan.RepairHours,
            SampleSeconds = 21_600,
        };
    }

    /// <summary>The plan of an undisturbed run.</summary>
    public TwinPlan Plan { get; }

    /// <summary>What all its replicas give, from the start on.</summary>
    public IEnumerable<(long At, int Need, double More)> Undisturbed => _services.Select((service, index) => (0L, service.Need, Plan.Services[index].Replicas * service.Rate));

    /// <summary>What the replicas that serve give of every need from an instant on, in tokens/s, instant by instant.</summary>
    public IEnumerable<(long At, int Need, double More)> Changes(TwinOutcome outcome)
    {
        var serving = new int[_services.Count];
        foreach (var change in outcome.Serving)
        {
            var (need, rate) = _services[change.Service];
            yield return (change.At, need, (change.Replicas - serving[change.Service]) * rate);
            serving[change.Service] = change.Replicas;
        }
    }

    /// <summary>Work of the gangs so far that they would keep, in milliseconds times the training need's unit (dense bf16 Tflop/s).</summary>
    public double Trained(TwinOutcome outcome) => outcome.Unfinished.Sum(job => job.DoneMilliseconds * _gangRates[job.Name]);

    private ServicePlan Service(int need, PlannedType type, Way way, int replicas)
    {
        var (spans, jobs) = (way.NodesPerUnit > 1, PlacedWork.JobsPerUnit(way));
        var tasks = spans
            ? new ReplicaTasks(way.GpusPerReplica / type.GpusPerNode, type.GpusPerNode, type.Gpu, IsWithinNode: false)
            : new ReplicaTasks(way.Replicas, way.GpusPerReplica, type.Gpu, IsWithinNode: true);
        _services.Add((need, way.Rate / (double)jobs));
        var name = string.Create(CultureInfo.InvariantCulture, $"need{need}-{type.Name.ToLowerInvariant()}");
        return new ServicePlan(name, replicas, new ServingModel(name, tasks.Count * tasks.Gpus, 1, 1, 0, 1, way.Source), [])
        {
            Tasks = tasks,
            Steady = new SteadyRate(way.Rate / (double)jobs, _question.Plan.DrawPercent / 100.0),
        };
    }

    private void AddGang(PlannedType type, Way way, int nodes, List<PresentJob> gangs)
    {
        if (nodes == 0)
            return;
        var name = "training-" + type.Name.ToLowerInvariant();
        _gangRates.Add(name, (double)way.Rate * nodes);
        var spec = new JobSpec(
            new QueueId("default"), 100,
            [new TaskGroup("nodes", nodes, type.GpusPerNode, 0, [type.Gpu], 0, Gibibytes.Zero, GigabitsPerSecond.Zero) { Minimum = 1 }],
            new TopologyRequest(null, TopologyLevel.Leaf), new SimulatedWork("training", TimeSpan.FromHours(MostHours), 0, 0.87), null, null);
        gangs.Add(new PresentJob(ManifestWriter.ToJson(JobSpecs.ToManifest(name, spec)), null));
    }
}
