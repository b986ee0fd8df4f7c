namespace ControlPlane.Simulation.Events;

/// <summary>What a plan must not ask of its hall.</summary>
internal static class TwinChecks
{
    /// <summary>Checks it.</summary>
    /// <exception cref="ArgumentException">Something names nothing, or could never run.</exception>
    public static void Check(TwinPlan plan, TwinFloor floor)
    {
        var layout = floor.Layout;
        if (layout.Queues.Count > 0 && layout.Queues.All(queue => queue.Id.Value != plan.Queue))
            throw new ArgumentException($"queue: hall {layout.Hall} has no queue '{plan.Queue}'; it has {string.Join(", ", layout.Queues.Select(queue => queue.Id.Value))}.");
        if (plan.Jobs.FirstOrDefault(job => job.Gpus > layout.GpuCount) is { } large)
            throw new ArgumentException($"Job {large.Id} asks for {large.Gpus} GPUs and hall {layout.Hall} has {layout.GpuCount}: it could never start.");
        if (plan.ClosedNodes.FirstOrDefault(name => layout.Nodes.All(node => node.Id.Value != name)) is { } unknown)
            throw new ArgumentException($"closed nodes: hall {layout.Hall} has no node '{unknown}'.");
        foreach (var service in plan.Services)
        {
            if ((service.Requests.Count == 0) == (service.Steady is null) || service.Replicas < 1 || !(service.Rate > 0))
                throw new ArgumentException($"service {service.Name}: one replica or more, a rate above 0, and either requests or a measured rate are needed.");
            if (service.Steady is { } steady && (!(steady.TokensPerSecond > 0) || !(steady.DrawShare is >= 0 and <= 1)))
                throw new ArgumentException($"service {service.Name}: tokens/s above 0 and a share of the draw of 0 to 1 were expected.");
            if (service.Tasks is { } tasks && (tasks.Count < 1 || tasks.Gpus < 1))
                throw new ArgumentException($"service {service.Name}: one task or more, of one GPU or more, were expected.");
            if (service.Tasks is null && layout.Nodes.All(node => node.Gpus < service.Model.Gpus))
                throw new ArgumentException($"service {service.Name}: a replica takes {service.Model.Gpus} GPUs of one node, and the largest node has {layout.Nodes.Max(node => node.Gpus)}.");
        }
        for (var index = 0; index < plan.Faults.Count; index++)
            Check(plan.Faults[index], $"faults[{index}]", floor);
    }

    private static void Check(TwinFault fault, string place, TwinFloor floor)
    {
        var layout = floor.Layout;
        if (!(fault.AtSeconds is >= 0 and <= 3.2e9) || !(fault.ForSeconds is > 0 and <= 3.2e9))
            throw new ArgumentException($"{place}: an instant of 0 s or more and a length above 0 s were expected.");
        var known = fault.Kind switch
        {
            "node" => layout.Nodes.Any(node => node.Id.Value == fault.Name),
            "rack" => layout.Racks.Any(rack => rack.Id.Value == fault.Name),
            "limit" => layout.PowerDomains.Any(domain => domain.Id.Value == fault.Name),
            "link" => layout.Links.Any(link => link.Id.Value == fault.Name),
            _ => throw new ArgumentException($"{place}.kind: node, rack, limit or link was expected, not '{fault.Kind}'."),
        };
        if (!known)
            throw new ArgumentException($"{place}.name: hall {layout.Hall} has no {(fault.Kind == "limit" ? "power domain" : fault.Kind == "link" ? "trunk" : fault.Kind)} '{fault.Name}'{(fault.Kind == "link" ? $"; it has {string.Join(", ", layout.Links.Take(20).Select(link => link.Id.Value))}" : "")}.");
        var flaps = fault.DownSeconds is not null || fault.EverySeconds is not null;
        if (fault.Kind != "link" && (flaps || fault.LeftShare is not null))
            throw new ArgumentException($"{place}: leftShare, downSeconds and everySeconds are of links.");
        if (fault.LeftShare is { } left && (flaps || !(left is >= 0 and < 1)))
            throw new ArgumentException($"{place}.leftShare: 0 or more and below 1 was expected, and no flapping beside it.");
        if (flaps && !(fault.DownSeconds > 0 && fault.EverySeconds > fault.DownSeconds))
            throw new ArgumentException($"{place}: downSeconds above 0 and everySeconds above them were expected.");
        if (fault.Kind == "limit" && fault.Kilowatts is not >= 0)
            throw new ArgumentException($"{place}.kilowatts: a limit of 0 kW or more was expected.");
    }
}
