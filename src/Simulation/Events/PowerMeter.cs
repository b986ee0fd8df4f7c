using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>
/// What the hall draws, as a sum in milliwatts that every event changes by what it changes: racks' overhead, nodes, idle
/// GPUs, and what jobs draw above idle. A node that is out draws nothing.
/// </summary>
internal sealed class PowerMeter
{
    private readonly TwinFloor _floor;
    private readonly DieHeat _dies;

    public PowerMeter(TwinFloor floor)
    {
        (_floor, _dies) = (floor, new DieHeat(floor));
        for (var rack = 0; rack < floor.Layout.Racks.Count; rack++)
            Add(rack, floor.Layout.Racks[rack].Overhead.Milliwatts);
        for (var node = 0; node < floor.Layout.Nodes.Count; node++)
            Node(node, 1);
    }

    /// <summary>What the equipment draws.</summary>
    public long Milliwatts { get; private set; }

    /// <summary>What the facility's meter counts for it.</summary>
    public long MeterMilliwatts { get; private set; }

    /// <summary>The hottest die of a GPU at work, settled, in thousandths of a degree; 0 without any.</summary>
    public long HottestMilli => _dies.HottestMilli;

    /// <summary>A node joins (1) or leaves (-1), without what its jobs draw.</summary>
    public void Node(int node, int sign)
    {
        var (layout, one) = (_floor.Layout, _floor.Layout.Nodes[node]);
        var idle = one.GpuModel < 0 ? 0 : layout.GpuModels[one.GpuModel].Idle.Milliwatts * one.Gpus;
        Add(one.Rack, sign * (one.Base.Milliwatts + idle));
    }

    /// <summary>A job's draw above idle joins (1) or leaves (-1).</summary>
    public void Job(Assignment assignment, double utilisation, int sign)
    {
        var layout = _floor.Layout;
        foreach (var task in assignment.Tasks)
        {
            var node = layout.Nodes[task.Node];
            if (task.Gpus.Count == 0 || node.GpuModel < 0)
                continue;
            var model = layout.GpuModels[node.GpuModel];
            var draw = GpuPower.UnderCap(utilisation, model.Idle, model.Limit, model.LimitAt(assignment.PowerPercent));
            _dies.Change(node.Rack, node.GpuModel, draw, task.Gpus.Count, sign);
            Add(node.Rack, sign * ((draw - model.Idle).Milliwatts * task.Gpus.Count * task.GpuMilli / 1000));
        }
    }

    // Rounded the same way on the way in and out, so that the sum comes back to where it was.
    private void Add(int rack, long milliwatts)
    {
        Milliwatts += milliwatts;
        MeterMilliwatts += (long)Math.Round(milliwatts * _floor.MeterRatio[rack]);
    }
}
