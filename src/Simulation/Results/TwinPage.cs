using ControlPlane.Simulation.Events;

namespace ControlPlane.Simulation.Results;

/// <summary>What a run of the twin came to, as a page; two runs are drawn over one another.</summary>
public static class TwinPage
{
    // More bars than these are no picture any more.
    private const int MostBars = 40;

    /// <summary>The page of one run.</summary>
    public static string Write(TwinOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var page = Begin("Twin", outcome);
        Pictures(page, [("", outcome)]);
        Gantt(page, "The largest gangs", outcome);
        Services(page, "Services", outcome);
        page.Heading("Figures").Table(["Figure", "Value", "Unit"], outcome.Figures.Select(one => (IReadOnlyList<string>)[one.Name, Svg.Text($"{one.Value:0.####}"), one.Unit]));
        return End(page, outcome);
    }

    /// <summary>The page of a fork: A, and B with what is changed in it.</summary>
    public static string Compare(TwinOutcome a, TwinOutcome b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var page = Begin("Twin, A against B", a);
        var changed = b.Assumptions.Except(a.Assumptions).ToList();
        page.Sentence(changed.Count == 0 ? "B is A: nothing is changed." : "In B: " + string.Join("; ", changed.Select(one => $"{one.Name}: {one.Value}")) + ".");
        page.Heading("Figures").Table(["Figure", "A", "B", "B - A", "Unit"], a.Figures.Zip(b.Figures, (one, other) => (IReadOnlyList<string>)
            [one.Name, Svg.Text($"{one.Value:0.####}"), Svg.Text($"{other.Value:0.####}"), Svg.Text($"{other.Value - one.Value:0.####}"), one.Unit]));
        Pictures(page, [("A: ", a), ("B: ", b)]);
        Gantt(page, "The largest gangs of A", a);
        Gantt(page, "The largest gangs of B", b);
        Services(page, "Services of A", a);
        Services(page, "Services of B", b);
        return End(page, a);
    }

    private static ReportPage Begin(string title, TwinOutcome outcome) =>
        new ReportPage(title, outcome.IsWhole ? null : "stopped before its end", false).Sentence(Svg.Text($"{outcome.Days:0.###} days, seed {outcome.Seed}."));

    private static void Pictures(ReportPage page, IReadOnlyList<(string Prefix, TwinOutcome Outcome)> runs)
    {
        List<double> hours = [.. runs[0].Outcome.Rows.Select(row => row.Hours)];
        IEnumerable<CourseChart.Series> Each(string name, Func<TwinSample, double> of) =>
            runs.Select(run => new CourseChart.Series(run.Prefix + name, [.. run.Outcome.Rows.Take(hours.Count).Select(of)]));
        void Picture(string heading, string unit, params IEnumerable<CourseChart.Series>[] series) =>
            page.Heading(heading).Picture(CourseChart.Draw(hours, [.. series.SelectMany(one => one)], unit));
        var gpus = runs[0].Outcome["gpus"];
        Picture("GPUs that jobs hold", "percent", Each("held", row => row.GpusHeld / gpus * 100));
        Picture(
            "Power against what the feeds carry", "kW", Each("most drawn", row => row.MostKilowatts), Each("at the meter, mean", row => row.MeterKilowatts),
            runs[0].Outcome.Rows.Any(row => row.BudgetKilowatts > 0) ? [new CourseChart.Series("feeds carry", [.. runs[^1].Outcome.Rows.Take(hours.Count).Select(row => row.BudgetKilowatts)], IsLimit: true)] : []);
        Picture("Hottest die", "C", Each("hottest", row => row.HottestDie));
        Picture("Jobs that wait", "jobs", Each("waiting", row => row.JobsWaiting));
        Picture("Nodes that are out", "nodes", Each("out", row => row.NodesOut));
        if (runs.Any(run => run.Outcome.Rows.Any(row => row.Tokens > 0)))
            Picture("Tokens written", "tokens a row", Each("tokens", row => row.Tokens));
        if (runs.Any(run => run.Outcome.Rows.Any(row => row.Dollars > 0)))
            Picture("Cost", "dollars a row", Each("dollars", row => row.Dollars));
    }

    private static void Gantt(ReportPage page, string heading, TwinOutcome outcome)
    {
        var hours = Math.Max(1e-9, outcome.Days * 24);
        double Hours(double milliseconds) => milliseconds / 3.6e6;
        var ended = outcome.Jobs.Select(job => (Size: job.Gpus * (job.Ended - job.Started), Bar: new GanttChart.Bar(
            job.Name, Hours(job.Submitted), Hours(job.Started), Hours(job.Ended), Note(job.Gpus, job.Failures, job.Preemptions, 1), job.Failures + job.Preemptions > 0)));
        var unfinished = outcome.Unfinished.Select(job => (Size: job.Started < 0 ? 0 : job.Gpus * ((hours * 3.6e6) - job.Started), Bar: new GanttChart.Bar(
            job.Name, Hours(job.Submitted), job.Started < 0 ? null : Hours(job.Started), null, Note(job.Gpus, job.Failures, job.Preemptions, job.WorkMilliseconds > 0 ? job.DoneMilliseconds / job.WorkMilliseconds : 0), job.Failures + job.Preemptions > 0)));
        List<GanttChart.Bar> bars = [.. ended.Concat(unfinished).OrderByDescending(one => one.Size).Take(MostBars).Select(one => one.Bar).OrderBy(bar => bar.Submitted)];
        if (bars.Count > 0)
            page.Heading(heading).Sentence("Thin while they wait; orange when failures or evictions met them; pale while they are not done.").Picture(GanttChart.Draw(bars, hours));
    }

    private static string Note(double gpus, int failures, int preemptions, double done) =>
        Svg.Text($"{gpus:0.###} GPUs, {done * 100:0.#} % done, {failures} failures, {preemptions} times evicted, moved or shed");

    private static void Services(ReportPage page, string heading, TwinOutcome outcome)
    {
        if (outcome.Services.Count == 0)
            return;
        page.Heading(heading).Table(
            ["Service", "Replicas", "Tokens", "Requests", "Batch", "Load", "Hours down", "First token s, p50 / p90 / p99", "Per token", "Last token"],
            outcome.Services.Select(one => (IReadOnlyList<string>)
            [
                one.Name, Svg.Text($"{one.MeanReplicas:0.##}"), Svg.Text($"{one.Tokens:0}"), Svg.Text($"{one.Requests:0}"), Svg.Text($"{one.MeanBatch:0.#}"), Svg.Text($"{one.Load:0.###}"),
                Svg.Text($"{one.DownHours:0.##}"), Three(one.FirstTokenSeconds), Three(one.PerTokenSeconds), Three(one.LastTokenSeconds),
            ]));
    }

    private static string Three(IEnumerable<double> values) => string.Join(" / ", values.Select(value => Svg.Text($"{value:0.####}")));

    private static string End(ReportPage page, TwinOutcome outcome) =>
        page.Heading("Assumptions").Table(["What", "Assumed", "Source"], outcome.Assumptions.Select(one => (IReadOnlyList<string>)[one.Name, one.Value, one.Source])).ToString();
}
