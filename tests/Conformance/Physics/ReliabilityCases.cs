using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Facility.Reliability;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F10: failures, checkpoints, effective training time, goodput.</summary>
internal static class ReliabilityCases
{
    private const int UsualGpusPerNode = 8;
    private static readonly string[] Interval = ["checkpoint_interval", "interval", "dt", "tau", "ckpt_interval"];
    private static readonly string[] Write = ["checkpoint_write", "write", "w", "ckpt_write", "checkpoint_cost", "checkpoint_time", "d", "delta"];
    private static readonly string[] Restart = ["restart", "u0", "recovery", "restart_time"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "mttf_h_by_formula" => MeanSeconds(inputs) / 3600,
        "mttf" or "mtbf" or "mtti" => MeanSeconds(inputs),
        "mttf_h_measured" => Gpus(inputs) == 1024 ? FailureRate.MeasuredHoursOf1024Gpus : throw new CaseException("no measurement of that size is known"),
        "failures_per_node_day" or "r_f" => Rate(inputs).PerNodeDay,
        "failures_per_gpu_hour" => Rate(inputs).PerGpuHour(GpusPerNode(inputs)),
        "gpu_hours_per_failure" => 1 / Rate(inputs).PerGpuHour(GpusPerNode(inputs)),
        "expected_failures" or "failures" => inputs.Quantity("duration", "run", "time", "job_duration") / MeanSeconds(inputs),
        "p_no_failure" or "survival" or "p_survive" => Rate(inputs).ChanceOfNone(Nodes(inputs), inputs.Quantity("duration", "run", "time") / 3600),
        "p_failure" => 1 - Rate(inputs).ChanceOfNone(Nodes(inputs), inputs.Quantity("duration", "run", "time") / 3600),
        "tau" or "tau_young" or "young" or "young_tau" or "interval_young" or "optimal_interval" or "checkpoint_interval" or "interval" =>
            inputs.TextOrNone("method", "formula", "order") is "daly" or "Daly" ? Daly(inputs) : Young(inputs),
        "tau_daly" or "daly" or "daly_tau" or "interval_daly" => Daly(inputs),
        "ettr" => Effective(inputs),
        "ettr_at_optimum" or "ettr_young" => Checkpointing.EffectiveShare(MeanSeconds(inputs), inputs.Quantity(Restart), Young(inputs), inputs.Quantity(Write)),
        "overhead" or "checkpoint_overhead" => inputs.Quantity(Write) / IntervalOf(inputs),
        "work_lost" => GpuHoursLost(inputs),
        _ when expectation.Contains("gpu_h", StringComparison.Ordinal) && (expectation.Contains("lost", StringComparison.Ordinal) || expectation.Contains("loss", StringComparison.Ordinal)) => GpuHoursLost(inputs),
        "lost_per_failure" => IntervalOf(inputs) / 2 + (inputs.QuantityOrNone(Restart) ?? 0),
        "mpg" or "goodput" or "overall" => new Goodput(inputs.Plain("scheduling"), inputs.Plain("runtime"), inputs.Plain("program")).Overall,
        _ => throw new UnknownExpectationException(expectation),
    };

    private static double GpuHoursLost(CaseInputs inputs) => Checkpointing.GpuHoursLost(Gpus(inputs), IntervalOf(inputs), inputs.QuantityOrNone(Restart) ?? 0);

    private static int GpusPerNode(CaseInputs inputs) => inputs.CountOrNone("gpus_per_node") ?? UsualGpusPerNode;

    private static double Gpus(CaseInputs inputs) =>
        inputs.PlainOrNone("gpus", "n_gpus") ?? inputs.Plain("nodes", "n_nodes") * GpusPerNode(inputs);

    private static double Nodes(CaseInputs inputs) =>
        inputs.PlainOrNone("nodes", "N_nodes", "N") ?? Gpus(inputs) / GpusPerNode(inputs);

    private static FailureRate Rate(CaseInputs inputs)
    {
        if (inputs.PlainOrNone("failures_per_node_day", "r_f", "rf", "r_f_per_node_day") is { } rate)
            return FailureRate.FromPerNodeDay(rate);
        if (inputs.PlainOrNone("failures_per_1000_node_days", "r_f_per_1000_node_days") is { } thousand)
            return FailureRate.FromPerNodeDay(thousand / 1000);
        if (inputs.TextOrNone("cluster", "rate") is not { } cluster)
            return FailureRate.Observed(inputs.Plain("interruptions", "failures"), inputs.Plain("days"), Nodes(inputs));
        if (inputs.Stated("parameters", "r_f_per_node_day", cluster) is { } stated)
            return FailureRate.FromPerNodeDay(CaseInputs.Number(stated, cluster));
        return cluster switch
        {
            "RSC-1" => FailureRate.Rsc1,
            "RSC-2" => FailureRate.Rsc2,
            "llama3_405b" => FailureRate.Llama3,
            _ => throw new CaseException($"the cluster '{cluster}' is not known"),
        };
    }

    private static double MeanSeconds(CaseInputs inputs)
    {
        if (inputs.QuantityOrNone("mttf", "mtbf", "MTTF", "M", "mtti") is { } stated)
            return stated;
        // Interruptions that were seen are those of the whole job.
        return Rate(inputs).MeanHours(Nodes(inputs)) * 3600;
    }

    private static double Young(CaseInputs inputs) => Checkpointing.YoungSeconds(inputs.Quantity(Write), MeanSeconds(inputs));

    private static double Daly(CaseInputs inputs) => Checkpointing.DalySeconds(inputs.Quantity(Write), MeanSeconds(inputs));

    private static double IntervalOf(CaseInputs inputs) => inputs.QuantityOrNone(Interval) ?? Young(inputs);

    private static double Effective(CaseInputs inputs) =>
        Checkpointing.EffectiveShare(MeanSeconds(inputs), inputs.QuantityOrNone(Restart) ?? 0, IntervalOf(inputs), inputs.Quantity(Write));
}
