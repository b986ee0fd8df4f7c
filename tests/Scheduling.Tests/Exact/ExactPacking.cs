using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using Google.OrTools.Sat;

namespace ControlPlane.Scheduling.Tests.Exact;

/// <summary>
/// What any placement of waiting gangs could achieve, by constraint programming: whole gangs or nothing, one domain where
/// a job requires it, GPUs and CPU of nodes, and every feed's limit.
/// </summary>
internal static class ExactPacking
{
    /// <summary>
    /// GPUs in use when jobs are taken in their order, each that fits beside those already taken in any arrangement of all
    /// of them: nobody who could be served is passed over. Null when the solver did not decide in time.
    /// </summary>
    /// <param name="state">An empty hall.</param>
    /// <param name="jobs">The jobs, of one group of whole GPUs; where they require a domain, a rack or a leaf.</param>
    public static long? InOrder(HallState state, IReadOnlyList<JobSpec> jobs)
    {
        var taken = new List<JobSpec>();
        foreach (var job in jobs)
        {
            List<JobSpec> with = [.. taken, job];
            if (MostGpus(state, with) is not { } most)
                return null;
            if (most == Gpus(with))
                taken.Add(job);
        }
        return Gpus(taken);
    }

    /// <summary>The most GPUs in use when jobs may be left out at will; null when the solver did not prove it in time.</summary>
    /// <param name="state">An empty hall.</param>
    /// <param name="jobs">The jobs, of one group of whole GPUs; where they require a domain, a rack or a leaf.</param>
    public static long? MostGpus(HallState state, IReadOnlyList<JobSpec> jobs)
    {
        var layout = state.Layout;
        var model = new CpModel();
        var (gpus, cpu) = (Sums(layout.Nodes.Count), Sums(layout.Nodes.Count));
        var objective = LinearExpr.NewBuilder();
        for (var job = 0; job < jobs.Count; job++)
        {
            var group = jobs[job].Groups[0];
            var runs = model.NewBoolVar($"runs{job}");
            objective.AddTerm(runs, (long)group.Count * group.Gpus);
            var counts = layout.Nodes.Select((node, index) => model.NewIntVar(0, Math.Min(group.Count, group.Gpus > 0 ? node.Gpus / group.Gpus : group.Count), $"j{job}n{index}")).ToArray();
            model.Add(LinearExpr.Sum(counts) == group.Count * runs);
            for (var node = 0; node < counts.Length; node++)
            {
                gpus[node].AddTerm(counts[node], group.Gpus);
                cpu[node].AddTerm(counts[node], group.CpuMilli);
            }
            RequireOneDomain(model, state, jobs[job], counts, job);
        }
        for (var node = 0; node < layout.Nodes.Count; node++)
        {
            model.Add(gpus[node] <= layout.Nodes[node].Gpus);
            model.Add(cpu[node] <= layout.Nodes[node].CpuMilli);
        }
        for (var domain = 0; domain < layout.PowerDomains.Count; domain++)
            LimitPower(model, state, domain, gpus);
        model.Maximize(objective);
        var solver = new CpSolver { StringParameters = "max_time_in_seconds:20 num_workers:1 random_seed:1" };
        return solver.Solve(model) == CpSolverStatus.Optimal ? (long)Math.Round(solver.ObjectiveValue) : null;
    }

    private static long Gpus(IEnumerable<JobSpec> jobs) => jobs.Sum(job => job.MilliGpus) / 1000;

    private static LinearExprBuilder[] Sums(int count) => [.. Enumerable.Range(0, count).Select(_ => LinearExpr.NewBuilder())];

    private static void RequireOneDomain(CpModel model, HallState state, JobSpec job, IntVar[] counts, int number)
    {
        if (job.Topology.Required is not { } level)
            return;
        var chosen = new Dictionary<int, BoolVar>();
        for (var node = 0; node < counts.Length; node++)
        {
            var rack = state.Layout.Nodes[node].Rack;
            var domain = level == TopologyLevel.Rack ? rack : state.Layout.Racks[rack].Leaf;
            if (!chosen.TryGetValue(domain, out var one))
                chosen[domain] = one = model.NewBoolVar($"j{number}d{domain}");
            model.Add(counts[node] <= job.Groups[0].Count * one);
        }
        model.Add(LinearExpr.Sum(chosen.Values) <= 1);
    }

    private static void LimitPower(CpModel model, HallState state, int domain, LinearExprBuilder[] gpus)
    {
        var layout = state.Layout;
        var draw = LinearExpr.NewBuilder();
        for (var node = 0; node < gpus.Length; node++)
        {
            var facts = layout.Nodes[node];
            var above = layout.Racks[facts.Rack].PowerDomain;
            while (above >= 0 && above != domain)
                above = layout.PowerDomains[above].Parent;
            if (above == domain)
                draw.AddTerm(gpus[node], (layout.GpuModels[facts.GpuModel].Limit - layout.GpuModels[facts.GpuModel].Idle).Milliwatts);
        }
        model.Add(draw <= (state.PowerLimit(domain) - state.PowerCommitted(domain)).Milliwatts);
    }
}
