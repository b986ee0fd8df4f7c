using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>Conditions on a job as a whole that no change inside the hall can cure.</summary>
internal static class JobRules
{
    /// <summary>The first condition that does not hold, or null.</summary>
    public static Reason? Check(HallShape shape, JobSpec spec)
    {
        var layout = shape.Layout;
        if (spec.Hall is { } hall && hall != layout.Hall)
            return Because(ReasonCode.WrongHall, layout.Hall.Value);
        if (spec.Jurisdiction is { } law && !string.Equals(law, layout.Jurisdiction, StringComparison.Ordinal))
            return Because(ReasonCode.WrongJurisdiction, layout.Jurisdiction);
        if (spec.HasTenantKernels && !layout.TakesTenantKernels)
            return Because(ReasonCode.TenantKernelsForbidden, layout.Hall.Value);
        if (shape.QueueIndex.Count > 0 && !shape.QueueIndex.ContainsKey(spec.Queue.Value))
            return Because(ReasonCode.NoSuchQueue, spec.Queue.Value);
        foreach (var name in spec.Datasets)
        {
            var known = layout.Datasets.FirstOrDefault(dataset => dataset.Name == name);
            if (known is not { MayBeReadHere: true } || (known.Queues.Count > 0 && !known.Queues.Contains(spec.Queue.Value)))
                return Because(ReasonCode.DatasetForbidden, name);
        }
        return null;
    }

    private static Reason Because(ReasonCode code, string subject) => new(code, subject, 0, 0, "", [], 0);
}
