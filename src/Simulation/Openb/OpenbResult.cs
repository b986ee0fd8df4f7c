using System.Globalization;
using System.Text;

namespace ControlPlane.Simulation.Openb;

/// <summary>The figures of one replay, as the published experiment defines them.</summary>
/// <param name="decisions">What became of every pod in the end, in order of arrival.</param>
/// <param name="gpus">GPUs of the cluster.</param>
public sealed class OpenbResult(IReadOnlyList<OpenbDecision> decisions, int gpus)
{
    // The reference results start here: FNV's usual offset without its last digit. Compared hashes must start alike.
    private const ulong HashStart = 1469598103934665603UL;

    /// <summary>What became of every pod, in order of arrival.</summary>
    public IReadOnlyList<OpenbDecision> Decisions => decisions;

    /// <summary>How many times a placed pod was moved.</summary>
    public int Moves { get; init; }

    /// <summary>GPUs held at the end, in thousandths.</summary>
    public long GpuUsedMilli => decisions.Where(decision => decision.IsPlaced).Sum(decision => (long)decision.Pod.MilliGpus);

    /// <summary>GPUs that stay unallocated in any packing of the same arrivals, as <see cref="OpenbBound"/> says.</summary>
    public double BoundUnallocatedGpus => OpenbBound.UnallocatedGpus(gpus, [.. decisions.Select(decision => decision.Pod)]);

    /// <summary>GPUs that nobody holds at the end.</summary>
    public double UnallocatedGpus => gpus - GpuUsedMilli / 1000.0;

    /// <summary>Pods that fit nowhere.</summary>
    public int Failed => decisions.Count(decision => !decision.IsPlaced);

    /// <summary>Pods without GPU that fit nowhere.</summary>
    public int FailedCpu => decisions.Count(decision => !decision.IsPlaced && decision.Pod.Gpus == 0);

    /// <summary>Pods sharing a GPU that fit nowhere.</summary>
    public int FailedShare => decisions.Count(decision => !decision.IsPlaced && decision.Pod is { Gpus: 1, GpuMilli: < 1000 });

    /// <summary>Pods of that many whole GPUs that fit nowhere.</summary>
    public int FailedWhole(int count) =>
        decisions.Count(decision => !decision.IsPlaced && decision.Pod.Gpus == count && decision.Pod.GpuMilli == 1000);

    /// <summary>
    /// Mean share of GPUs allocated, in percent, over the moments at which the GPUs asked for so far round to
    /// <paramref name="load"/> percent of the cluster; 0 when there was none.
    /// </summary>
    public double AllocatedAt(int load)
    {
        var capacity = gpus * 1000.0;
        var (arrived, used, sum, count) = (0L, 0L, 0.0, 0);
        foreach (var decision in decisions)
        {
            arrived += decision.Pod.MilliGpus;
            used += decision.IsPlaced ? decision.Pod.MilliGpus : 0;
            if ((int)Math.Round(arrived / capacity * 100) != load)
                continue;
            sum += Math.Round(used / capacity * 100, 2);
            count++;
        }
        return count == 0 ? 0 : Math.Round(sum / count, 2);
    }

    /// <summary>FNV-1a, 64 bits, from the reference's own offset, over <c>node:g-g;</c> of every decision in order, <c>-:;</c> for a pod that fits nowhere.</summary>
    public ulong PlacementHash()
    {
        var hash = HashStart;
        foreach (var decision in decisions)
        {
            foreach (var unit in Encoding.UTF8.GetBytes($"{(decision.IsPlaced ? decision.Node : "-")}:{decision.GpuText};"))
                hash = (hash ^ unit) * 1099511628211UL;
        }
        return hash;
    }

    /// <summary>Writes the decisions as lines of <c>i,pod,node,gpus</c> under that header.</summary>
    public void WriteTo(TextWriter writer)
    {
        writer.Write("i,pod,node,gpus\n");
        for (var index = 0; index < decisions.Count; index++)
        {
            var decision = decisions[index];
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{index},{decision.Pod.Name},{decision.Node},{decision.GpuText}\n"));
        }
    }
}
