using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.WhatIf;

/// <summary>A node of a type with its GPUs under a power limit.</summary>
/// <param name="Percent">The limit in percent of the default.</param>
/// <param name="Limit">The limit of one GPU.</param>
/// <param name="NodeWatts">What a node at work may draw, rounded up.</param>
/// <param name="ServingSpeed">Speed of writing tokens over full speed, 0 to 1.</param>
/// <param name="TrainingSpeed">Speed of training over full speed, 0 to 1.</param>
internal sealed record PowerLevel(int Percent, Watts Limit, long NodeWatts, double ServingSpeed, double TrainingSpeed)
{
    /// <summary>Limits that jobs are lowered to, as steps of ten percent; below half, speeds are hardly measured.</summary>
    public static readonly IReadOnlyList<int> Steps = [100, 90, 80, 70, 60, 50];

    /// <summary>A type at a limit; null where nothing is known of its speed there, or the GPU accepts no limit so low.</summary>
    public static PowerLevel? Of(PlannedType type, int percent, HardwareCatalogue catalogue)
    {
        var (node, gpu) = (catalogue.Node(catalogue.Rack(type.Name)!.Node)!, catalogue.Gpu(type.Gpu)!);
        var limit = Watts.FromWatts(gpu.LimitWatts.Value * percent / 100.0);
        if (percent <= 0 || (percent < 100 && limit.Value < (gpu.MinimumLimitWatts?.Value ?? gpu.LimitWatts.Value)))
            return null;
        return ModelCurves.Speed(gpu, WorkloadClass.Decode, limit) is { } serving && ModelCurves.Speed(gpu, WorkloadClass.Training, limit) is { } training
            ? new PowerLevel(percent, limit, (long)Math.Ceiling(node.BaseWatts.Value + (type.GpusPerNode * limit.Value)), serving, training)
            : null;
    }

    /// <summary>What a node draws while nothing runs on it, rounded up.</summary>
    public static long IdleWatts(PlannedType type, HardwareCatalogue catalogue) => (long)Math.Ceiling(
        catalogue.Node(catalogue.Rack(type.Name)!.Node)!.BaseWatts.Value + (type.GpusPerNode * catalogue.Gpu(type.Gpu)!.IdleWatts.Value));

    /// <summary>What a unit gives at this level, rounded down; by the GPU's own curve where it was measured.</summary>
    public long Rate(Need need, Way way) =>
        (long)Math.Floor(way.Rate * (need.IsTraining ? TrainingSpeed : way.Curve is { } own ? own.Under(Limit).Throughput : ServingSpeed));
}
