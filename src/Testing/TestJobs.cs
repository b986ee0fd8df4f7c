using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Testing;

/// <summary>Jobs in a few words.</summary>
public static class TestJobs
{
    /// <summary>A gang on simulated GPUs.</summary>
    /// <param name="tasks">How many tasks.</param>
    /// <param name="gpus">Whole GPUs of each.</param>
    /// <param name="seconds">How long it runs.</param>
    /// <param name="model">The only GPU model allowed, or null.</param>
    /// <param name="queue">Its queue.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="required">The level that must hold all of it, or null.</param>
    public static JobSpec Gang(
        int tasks = 1, int gpus = 1, double seconds = 10, string? model = null, string queue = "default", int priority = 100,
        TopologyLevel? required = null) => new(
            new QueueId(queue), priority,
            [new TaskGroup("worker", tasks, gpus, 0, model is null ? [] : [model], 1000, Gibibytes.FromGibibytes(1), GigabitsPerSecond.Zero)],
            new TopologyRequest(required, null), new SimulatedWork("training", TimeSpan.FromSeconds(seconds), 100, 0.9), null, null);

    /// <summary>A kernel on a device that an agent owns.</summary>
    /// <param name="name">The kernel.</param>
    /// <param name="sizes">Its sizes.</param>
    public static JobSpec Kernel(string name, params (string Name, long Value)[] sizes) => new(
        new QueueId("default"), 100,
        [new TaskGroup("worker", 1, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)], new TopologyRequest(null, null),
        new KernelWork(name, sizes.Select(size => new KernelSize(size.Name, size.Value)).ToValueList(), 1, true, 42, TimeSpan.Zero), null, null);
}
