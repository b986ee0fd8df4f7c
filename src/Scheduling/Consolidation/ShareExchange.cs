namespace ControlPlane.Scheduling;

/// <summary>
/// How the shares of two or three GPUs lie best on the same GPUs: so that waste gathers on few of them. The waste of a
/// GPU is what its shares lack of a whole one; where all of it is waste the GPU is free for anyone.
/// </summary>
/// <param name="parts">What a share of each size needs, in parts of a GPU; whatever fits together needs about 1 at most.</param>
internal sealed class ShareExchange(double[] parts)
{
    private const double Rounding = 1e-6;

    private readonly Dictionary<(string, string, string), string[]?> _known = [];

    /// <summary>What shares of these sizes lack of a whole GPU.</summary>
    public double Waste(string content)
    {
        var waste = 1.0;
        foreach (var size in content)
            waste -= parts[size];
        return Math.Max(0, waste);
    }

    /// <summary>True when the waste is more than rounding.</summary>
    public bool IsLoose(string content) => Waste(content) > Rounding;

    /// <summary>Better contents for the same GPUs, or null when there are none.</summary>
    /// <param name="first">What lies on one GPU.</param>
    /// <param name="second">What lies on another.</param>
    /// <param name="third">What lies on a third; empty when only two take part.</param>
    public string[]? Better(string first, string second, string third)
    {
        if (!_known.TryGetValue((first, second, third), out var better))
            _known.Add((first, second, third), better = new Search(parts, third.Length == 0 ? [first, second] : [first, second, third]).Best());
        return better;
    }

    /// <summary>Tries every way in which the shares fit; wastes are squared, so the more unequal they are the better.</summary>
    private sealed class Search(double[] parts, string[] contents)
    {
        private readonly char[] _sizes = [.. string.Concat(contents).OrderDescending()];
        private readonly int[] _at = new int[contents.Sum(content => content.Length)];
        private readonly int[] _room = [.. contents.Select(_ => 1000)];
        private readonly double[] _waste = [.. contents.Select(_ => 1.0)];
        private double _most;
        private int[]? _best;

        public string[]? Best()
        {
            foreach (var content in contents)
                _most += Square(1 - content.Sum(size => parts[size]));
            _most += Rounding;
            Place(0, 0);
            return _best is null ? null : [.. contents.Select((_, gpu) => SharedGpus.ContentOf(_sizes.Where((_, index) => _best[index] == gpu)))];
        }

        // One share after the other, largest first; of the GPUs on which nothing lies yet only the first is tried.
        private void Place(int next, int begun)
        {
            if (next == _sizes.Length)
            {
                Judge();
                return;
            }
            var size = _sizes[next];
            for (var gpu = 0; gpu <= Math.Min(begun, _room.Length - 1); gpu++)
            {
                if (_room[gpu] < size)
                    continue;
                _at[next] = gpu;
                _room[gpu] -= size;
                _waste[gpu] -= parts[size];
                Place(next + 1, Math.Max(begun, gpu + 1));
                _room[gpu] += size;
                _waste[gpu] += parts[size];
            }
        }

        private void Judge()
        {
            var gathered = 0.0;
            foreach (var waste in _waste)
                gathered += Square(waste);
            if (gathered <= _most)
                return;
            _most = gathered;
            _best = [.. _at];
        }

        private static double Square(double waste) => waste > 0 ? waste * waste : 0;
    }
}
