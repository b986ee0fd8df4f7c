using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Twin;

/// <summary>Places a job that comes into a virtual hall, by the placer that places jobs in real ones.</summary>
public static class TwinPlacer
{
    /// <summary>Power limits that an arriving job accepts, in percent of its devices' own.</summary>
    private static readonly ValueList<int> Percents = [100, 90, 80, 70];

    /// <summary>Asks for a whole rack's GPUs and starts the job where the placer puts it.</summary>
    public static void Place(TwinControls controls, TwinJob job)
    {
        ArgumentNullException.ThrowIfNull(controls);
        ArgumentNullException.ThrowIfNull(job);
        var hall = controls.Hall;
        var wanted = hall.Racks.Max(rack => rack.Gpus);
        var state = StateOf(hall, job);
        var spec = Spec(wanted) with { PowerPercents = Percents };
        var decision = Placer.Place(state, new JobId(job.Name), spec, PlacementProfile.Factory, 1);
        if (decision is not Placed placed)
        {
            hall.Say($"{job.Name} waits: {decision.Explain()}");
            return;
        }
        var assignment = placed.Assignment;
        controls.Start(job, assignment.Tasks[0].Node, wanted, job.MostCap * (assignment.PowerPercent / 100.0), $"at {assignment.PowerPercent} % of its power limit, {placed.Explain()}");
    }

    // Each rack is a node; what runs holds whole racks' GPUs at the devices' limits, as provisioned.
    private static HallState StateOf(TwinHall hall, TwinJob like)
    {
        var model = new HallGpuModel("gpu", like.Idle, like.MostCap, RunsKernels: false) { MinimumLimit = like.LeastCap };
        var layout = new HallLayout(
            new HallId("twin"), "", [model],
            hall.Racks.Select((rack, index) => new HallRack(new RackId(rack.Name), "twin", 0, -1, -1, rack.Domain, -1, -1, [], index, 1, rack.Overhead, true)).ToValueList(),
            hall.Racks.Select((rack, index) => new HallNode(new NodeId(rack.Name + "-n00"), index, 0, rack.Gpus, 0, Gibibytes.Zero, Watts.Zero, index, GigabitsPerSecond.Zero)).ToValueList(),
            hall.Domains.Select(domain => new HallPowerDomain(new PowerDomainId(domain.Name), "feed", domain.Parent, domain.Limit)).ToValueList(),
            [], [], []);
        var state = new HallState(layout);
        foreach (var job in hall.Jobs.Where(job => job.Parts.Count > 0))
        {
            var spec = Spec(0) with { Groups = job.Parts.Select((part, index) => Group($"part-{index}", part.Gpus)).ToValueList() };
            var tasks = job.Parts.Select((part, index) => new TaskPlacement(index, 0, part.Rack, Enumerable.Range(0, part.Gpus).ToValueList(), 1000));
            state.Restore(new JobId(job.Name), spec, new Assignment(tasks.ToValueList()));
        }
        return state;
    }

    private static JobSpec Spec(int gpus) => new(
        new QueueId("twin"), 100, [Group("all", gpus)], new TopologyRequest(null, null), new SimulatedWork("training", TimeSpan.FromHours(1), 0, 1), null, null);

    private static TaskGroup Group(string name, int gpus) => new(name, 1, gpus, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero);
}
