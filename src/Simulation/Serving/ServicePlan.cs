namespace ControlPlane.Simulation.Serving;

/// <summary>A service of the twin.</summary>
/// <param name="Name">Its name; replicas add a number.</param>
/// <param name="Replicas">How many replicas it asks for, 1 or more.</param>
/// <param name="Model">How fast a replica is.</param>
/// <param name="Requests">A span of requests, which repeats; empty for a service whose rate is measured (<see cref="Steady"/>).</param>
public sealed record ServicePlan(string Name, int Replicas, ServingModel Model, IReadOnlyList<LlmRequest> Requests)
{
    /// <summary>Requests for each of the trace's, above 0: 2 lets every second one come twice as fast.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>What a replica runs on; null for one task with the model's GPUs, on any node.</summary>
    public ReplicaTasks? Tasks { get; init; }

    /// <summary>Tokens/s and draw of a replica, as measured, instead of requests; null for a service with requests.</summary>
    public SteadyRate? Steady { get; init; }
}

/// <summary>The tasks of a replica: a gang, which serves as a whole.</summary>
/// <param name="Count">Tasks, 1 or more.</param>
/// <param name="Gpus">GPUs of each, 1 or more.</param>
/// <param name="GpuModel">The only GPU model they may have.</param>
/// <param name="IsWithinNode">True: all on one node; false: all in one rack.</param>
public sealed record ReplicaTasks(int Count, int Gpus, string GpuModel, bool IsWithinNode);

/// <summary>What a replica does all the time.</summary>
/// <param name="TokensPerSecond">Tokens that it writes in a second, above 0.</param>
/// <param name="DrawShare">Draw of its GPUs over their limit, 0 to 1.</param>
public sealed record SteadyRate(double TokensPerSecond, double DrawShare);
