namespace ControlPlane.Scheduling;

/// <summary>A node on which a task may go, with its scores.</summary>
internal readonly record struct Candidate(int Node, int Gpu, long[] Scores)
{
    public static Candidate None { get; } = new(-1, -1, []);

    public bool Exists => Node >= 0;

    /// <summary>True when this one is better: the first preference that differs decides, then the lower node.</summary>
    public bool Beats(Candidate other)
    {
        if (!other.Exists)
            return Exists;
        for (var index = 0; index < Scores.Length; index++)
        {
            if (Scores[index] != other.Scores[index])
                return Scores[index] > other.Scores[index];
        }
        return Node < other.Node;
    }
}
