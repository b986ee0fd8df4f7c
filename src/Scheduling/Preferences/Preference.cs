namespace ControlPlane.Scheduling.Preferences;

/// <summary>One opinion on where a task is best put. Scores are whole numbers, higher is better.</summary>
internal abstract class Preference
{
    /// <summary>The name that score notes carry.</summary>
    public abstract string Name { get; }

    /// <summary>True when the opinion also says which GPU a share should take; else the fullest that fits is taken.</summary>
    public virtual bool ChoosesGpu => false;

    /// <summary>True when the score changes only when the node does, so that it can be kept.</summary>
    public virtual bool DependsOnNodeOnly => true;

    /// <summary>Scores putting one such task on the node.</summary>
    /// <param name="state">The hall before the task.</param>
    /// <param name="node">A node that every rule allows.</param>
    /// <param name="task">The task.</param>
    /// <param name="gpu">The GPU that a share would take; -1 for whole GPUs or none.</param>
    /// <param name="draw">Random bits of this decision; only a random preference uses them.</param>
    public abstract long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw);
}
