namespace ControlPlane.Scheduling.Rules;

/// <summary>The rules in the order they are asked and explained: an operator first hears what buying GPUs would not cure.</summary>
internal static class NodeRules
{
    public static NodeRule Simulated { get; } = new SimulatedWorkRule();

    public static NodeRule Kernel { get; } = new KernelWorkRule();

    public static NodeRule Power { get; } = new PowerRule();

    public static NodeRule Heat { get; } = new HeatRule();

    /// <summary>Rules whose answer depends on the node alone, and so changes only when the node does.</summary>
    public static NodeRule[] OfNode { get; } =
    [
        new GpuModelRule(), Simulated, Kernel,
        new GpuFreeRule(), new InstanceRule(), new CpuRule(), new MemoryRule(), new ReadyRule(),
    ];

    /// <summary>Rules about what nodes share: feeds, loops and trunks.</summary>
    public static NodeRule[] Shared { get; } = [new ApartRule(), new AdapterRule(), Power, Heat, new LinkRule()];

    public static NodeRule[] All { get; } = [.. OfNode, .. Shared];

    /// <summary>How many such tasks every one of the rules lets onto the node.</summary>
    public static int Room(NodeRule[] rules, HallState state, int node, TaskDemand task)
    {
        var room = int.MaxValue;
        foreach (var rule in rules)
        {
            room = Math.Min(room, rule.Room(state, node, task));
            if (room == 0)
                return 0;
        }
        return room;
    }
}
