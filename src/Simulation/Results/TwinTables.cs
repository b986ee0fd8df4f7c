using ControlPlane.Simulation.Events;

namespace ControlPlane.Simulation.Results;

/// <summary>What a run of the twin came to, as tables.</summary>
public static class TwinTables
{
    /// <summary>Assumptions with the seed, figures, services, the course in rows, and the gangs that ended.</summary>
    public static IReadOnlyList<ResultTable> Of(TwinOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ResultTable.Of("assumptions", outcome.Assumptions, ("name", one => one.Name), ("value", one => one.Value), ("source", one => one.Source)),
            ResultTable.Of("figures", outcome.Figures, ("name", one => one.Name), ("value", one => one.Value), ("unit", one => one.Unit)),
            Services(outcome.Services),
            ResultTable.Of(
                "rows", outcome.Rows,
                ("hours", row => row.Hours), ("gpus_held", row => row.GpusHeld), ("nodes_out", row => row.NodesOut), ("jobs_waiting", row => row.JobsWaiting),
                ("jobs_running", row => row.JobsRunning), ("kilowatts", row => row.Kilowatts), ("most_kilowatts", row => row.MostKilowatts),
                ("budget_kilowatts", row => row.BudgetKilowatts), ("meter_kilowatts", row => row.MeterKilowatts), ("hottest_die_celsius", row => row.HottestDie), ("tokens", row => row.Tokens), ("dollars", row => row.Dollars)),
            ResultTable.Of(
                "jobs", outcome.Jobs,
                ("name", job => job.Name), ("gpus", job => job.Gpus), ("submitted_ms", job => job.Submitted), ("started_ms", job => job.Started),
                ("ended_ms", job => job.Ended), ("work_ms", job => job.WorkMilliseconds), ("failures", job => (long)job.Failures),
                ("preemptions", job => (long)job.Preemptions), ("lost_ms", job => job.LostMilliseconds)),
        ];
    }

    private static ResultTable Services(IReadOnlyList<ServiceOutcome> services) => ResultTable.Of(
        "services", services,
        ("name", one => one.Name), ("mean_replicas", one => one.MeanReplicas), ("tokens", one => one.Tokens), ("requests", one => one.Requests),
        ("mean_batch", one => one.MeanBatch), ("load", one => one.Load), ("down_hours", one => one.DownHours),
        ("first_token_p50_s", one => one.FirstTokenSeconds[0]), ("first_token_p90_s", one => one.FirstTokenSeconds[1]), ("first_token_p99_s", one => one.FirstTokenSeconds[2]),
        ("per_token_p50_s", one => one.PerTokenSeconds[0]), ("per_token_p90_s", one => one.PerTokenSeconds[1]), ("per_token_p99_s", one => one.PerTokenSeconds[2]),
        ("last_token_p50_s", one => one.LastTokenSeconds[0]), ("last_token_p90_s", one => one.LastTokenSeconds[1]), ("last_token_p99_s", one => one.LastTokenSeconds[2]));
}
