using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>The GPUs that movable shares hold, by what lies on them.</summary>
/// <remarks>
/// What lies on a GPU, its content, is written as the sizes of its shares in ascending order, one character a share.
/// </remarks>
internal sealed class SharedGpus(HallState state)
{
    private readonly Dictionary<JobId, int> _gpuOf = [];
    private readonly Dictionary<int, List<Share>> _shares = [];
    private readonly SortedDictionary<string, SortedSet<int>> _byContent = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _sizes = [];

    /// <summary>Counts the changes, so that a search without result need not be repeated.</summary>
    public int Version { get; private set; }

    /// <summary>How many shares there are.</summary>
    public int Shares => _gpuOf.Count;

    /// <summary>How many shares there are of each size.</summary>
    public IReadOnlyDictionary<int, int> Sizes => _sizes;

    /// <summary>Every content, in ordinal order, and how many GPUs have it.</summary>
    public IEnumerable<(string Content, int Count)> Contents => _byContent.Select(entry => (entry.Key, entry.Value.Count));

    /// <summary>The sizes of some shares as a content.</summary>
    public static string ContentOf(IEnumerable<char> sizes) => string.Concat(sizes.Order());

    /// <summary>GPUs with this content and nothing else, on the nodes with most free CPU first.</summary>
    public List<SharedGpu> With(string content, int most) =>
        [.. _byContent[content].Where(gpu => state.Nodes.GpuFree[gpu] + content.Sum(size => size) == 1000)
            .Select(gpu => new SharedGpu(_shares[gpu][0].Node, gpu, _shares[gpu]))
            .OrderByDescending(gpu => state.Nodes.CpuFree[gpu.Node]).Take(most)];

    /// <summary>Notes what a job of one task holds now; jobs that hold no share, or a MIG instance, are passed over.</summary>
    public void Add(JobId job)
    {
        Remove(job);
        var (spec, held) = (state.SpecOf(job), state.AssignmentOf(job));
        if (spec is null || held is null || held.Tasks.Count != 1 || !MovableTasks.IsSingle(spec))
            return;
        var demand = TaskDemand.Of(state.Shape, spec)[0];
        if (!demand.IsShare || demand.IsInstance)
            return;
        var node = held.Tasks[0].Node;
        var gpu = state.Shape.FirstGpu[node] + held.Tasks[0].Gpus[0];
        Unlist(gpu);
        if (!_shares.TryGetValue(gpu, out var shares))
            _shares.Add(gpu, shares = []);
        shares.Add(new Share(job, node, demand));
        List(gpu);
        _gpuOf.Add(job, gpu);
        _sizes[demand.Milli] = _sizes.GetValueOrDefault(demand.Milli) + 1;
    }

    /// <summary>Forgets a job.</summary>
    public void Remove(JobId job)
    {
        if (!_gpuOf.Remove(job, out var gpu))
            return;
        Unlist(gpu);
        var at = _shares[gpu].FindIndex(share => share.Job == job);
        _sizes[_shares[gpu][at].Demand.Milli]--;
        _shares[gpu].RemoveAt(at);
        List(gpu);
    }

    private string ContentOf(int gpu) =>
        ContentOf(_shares.TryGetValue(gpu, out var shares) ? shares.Select(share => (char)share.Demand.Milli) : []);

    private void Unlist(int gpu)
    {
        var content = ContentOf(gpu);
        if (content.Length == 0)
            return;
        _byContent[content].Remove(gpu);
        if (_byContent[content].Count == 0)
            _byContent.Remove(content);
    }

    private void List(int gpu)
    {
        Version++;
        var content = ContentOf(gpu);
        if (content.Length == 0)
            return;
        if (!_byContent.TryGetValue(content, out var gpus))
            _byContent.Add(content, gpus = []);
        gpus.Add(gpu);
    }
}

/// <summary>A share and the node on which it is.</summary>
internal sealed record Share(JobId Job, int Node, TaskDemand Demand);

/// <summary>A GPU that shares hold.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Gpu">Its index among all GPUs of the hall.</param>
/// <param name="Shares">Who holds it.</param>
internal sealed record SharedGpu(int Node, int Gpu, List<Share> Shares);
