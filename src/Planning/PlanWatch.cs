namespace ControlPlane.Planning;

/// <summary>Somebody who watches long work: is told how far it is, and may end it where its result so far is whole.</summary>
public sealed class PlanWatch
{
    /// <summary>Told what is done next, how many steps of this part are done, and of how many.</summary>
    public Action<string, int, int>? Told { get; init; }

    /// <summary>True once the work is to end; asked between steps.</summary>
    public Func<bool>? IsStopped { get; init; }

    /// <summary>Tells, and asks whether to go on.</summary>
    public bool Goes(string what, int done, int of)
    {
        if (IsStopped?.Invoke() == true)
            return false;
        Told?.Invoke(what, done, of);
        return true;
    }
}
