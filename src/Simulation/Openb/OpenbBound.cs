using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Openb;

/// <summary>
/// How few GPUs can be left unallocated at best: no packing of the same arrivals passes it, as long as it refuses nobody
/// who fits and, having refused a pod, lets in none that asks for at least as much of everything. Without moves the
/// second follows from the first, since room only shrinks; with moves it says that room is made for the small as for
/// the large.
/// </summary>
/// <remarks>
/// Take a probe: one kind of sharing pod, any model allowed. Let T be the first arrival that asks for at most the
/// probe's and is refused. Every pod before T that asks for at most the probe's is placed; no pod after T that asks for
/// at least the probe's is. What can then be held is bounded by packing pieces into GPUs of 1000 alone (CPU, memory,
/// models and nodes only forbid more), fractionally: for any price of each kind of piece, the GPUs are worth at most the
/// combination worth most beyond its prices, and the pieces at most their prices. T is not known, so the least bound
/// over all T counts; each T takes the best of several prices, made by the packing program at the T that binds.
/// Any prices are valid, so rounding them costs accuracy and never truth.
/// </remarks>
public static class OpenbBound
{
    // More than any piece holds, so that the program places what must be placed before anything else.
    private const int MustBonus = 1000;
    private const int MostPrices = 25;
    private const int MostProbes = 3;

    // Prices are whole millionths of a GPU: sums over a hundred thousand pods stay far below 2^63.
    private const int Scale = 1000;

    /// <summary>GPUs that stay unallocated in any such packing; at least 0.</summary>
    /// <param name="gpus">GPUs of the cluster.</param>
    /// <param name="arrivals">The pods in order of arrival.</param>
    public static double UnallocatedGpus(int gpus, IReadOnlyList<OpenbPod> arrivals)
    {
        var asked = arrivals.Sum(pod => (long)pod.MilliGpus);
        var best = Math.Max(0, gpus - asked / 1000.0);
        var probes = arrivals.Where(pod => pod is { Gpus: 1, GpuMilli: < 1000, GpuSpec: "" })
            .GroupBy(pod => (pod.GpuMilli, pod.CpuMilli, pod.MemoryMebibytes))
            .OrderByDescending(kind => (long)kind.Count() * (1000 % kind.Key.GpuMilli))
            .ThenBy(kind => kind.Key)
            .Take(MostProbes);
        foreach (var probe in probes)
            best = Math.Max(best, new Probe(gpus, arrivals, probe.First()).LeastMilli() / 1000.0);
        return best;
    }

    /// <summary>The bound that one probe gives.</summary>
    private sealed class Probe
    {
        private readonly int _gpus;
        private readonly int[] _sizes;
        private readonly (int Kind, int Pieces, bool Must, bool Shut)[] _arrivals;

        public Probe(int gpus, IReadOnlyList<OpenbPod> arrivals, OpenbPod probe)
        {
            _gpus = gpus;
            int[] distinct = [.. arrivals.Where(pod => pod.MilliGpus > 0).Select(pod => pod.GpuMilli).Distinct().Order()];
            // Each size twice: what may be placed, and, after it, what must be.
            _sizes = [.. distinct, .. distinct];
            _arrivals = [.. arrivals.Where(pod => pod.MilliGpus > 0).Select(pod => (
                Array.BinarySearch(distinct, pod.GpuMilli), pod.Gpus, AtMost(pod, probe), AtLeast(pod, probe)))];
        }

        /// <summary>Thousandths of GPUs that stay unallocated, whichever arrival is the first refused.</summary>
        public double LeastMilli()
        {
            var bounds = BoundsOf([.. _sizes.Select((size, kind) => (long)Scale * WorthOf(kind))]);
            for (var count = 1; ; count++)
            {
                var binding = Array.IndexOf(bounds, bounds.Min());
                if (count == MostPrices)
                    return bounds[binding] / (double)Scale;
                var available = AvailableAt(binding);
                var prices = SharePatterns.Prices(
                    _sizes, [.. _sizes.Select((_, kind) => (double)WorthOf(kind))], available, _gpus);
                var better = BoundsOf([.. prices.Select(price => Math.Max(0, (long)Math.Round(price * Scale)))]);
                if (better[binding] <= bounds[binding] + Scale)
                    return bounds[binding] / (double)Scale;
                for (var at = 0; at < bounds.Length; at++)
                    bounds[at] = Math.Max(bounds[at], better[at]);
            }
        }

        private static bool AtMost(OpenbPod pod, OpenbPod probe) =>
            pod is { Gpus: 1, GpuSpec: "" } && pod.GpuMilli <= probe.GpuMilli
            && pod.CpuMilli <= probe.CpuMilli && pod.MemoryMebibytes <= probe.MemoryMebibytes;

        private static bool AtLeast(OpenbPod pod, OpenbPod probe) =>
            pod.GpuMilli >= probe.GpuMilli && pod.CpuMilli >= probe.CpuMilli && pod.MemoryMebibytes >= probe.MemoryMebibytes;

        private int WorthOf(int kind) => _sizes[kind] + (kind < _sizes.Length / 2 ? 0 : MustBonus);

        // For each first refused arrival (the last entry: none is refused) the bound at these prices.
        private long[] BoundsOf(long[] prices)
        {
            var half = _sizes.Length / 2;
            var gains = new long[prices.Length];
            for (var kind = 0; kind < gains.Length; kind++)
                gains[kind] = Math.Max(0, (long)Scale * WorthOf(kind) - prices[kind]);
            var value = _gpus * ((long)Scale * 1000 - SharePatterns.MostWorth(_sizes, gains));
            foreach (var (kind, pieces, _, shut) in _arrivals)
                value -= shut ? 0 : prices[kind] * pieces;
            var bounds = new long[_arrivals.Length + 1];
            for (var at = 0; at < _arrivals.Length; at++)
            {
                var (kind, pieces, must, shut) = _arrivals[at];
                bounds[at] = must ? value : long.MaxValue;
                value -= shut ? prices[kind] * pieces : 0;
                value += must ? (prices[kind] - prices[kind + half] + (long)Scale * MustBonus) * pieces : 0;
            }
            bounds[^1] = value;
            return bounds;
        }

        private double[] AvailableAt(int first)
        {
            var half = _sizes.Length / 2;
            var available = new double[_sizes.Length];
            for (var at = 0; at < _arrivals.Length; at++)
            {
                var (kind, pieces, must, shut) = _arrivals[at];
                if (at < first && must)
                    available[kind + half] += pieces;
                else if (at < first || !shut)
                    available[kind] += pieces;
            }
            return available;
        }
    }
}
