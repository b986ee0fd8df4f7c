namespace ControlPlane.Scheduling;

/// <summary>
/// One try of every waiting job in its order, resumable: one that does not fit lets those behind it pass. A job shaped
/// like one that just did not fit is not tried; what is freed during a pass is for the next. Not safe for concurrent use.
/// </summary>
/// <param name="waiting">The jobs that wait now; later ones are for the next pass.</param>
public sealed class PlacementPass(WaitingJobs waiting)
{
    private readonly HashSet<JobShape> _blocked = [];
    private readonly List<WaitingJob> _order = [.. waiting.InOrder];
    private int _at;

    /// <summary>Tries some jobs.</summary>
    /// <param name="count">How many; jobs that are passed over do not count.</param>
    /// <param name="place">
    /// Decides about a job and carries a placement out before it returns, so that decisions do not overlap. Returns null
    /// when the job does not wait any more.
    /// </param>
    /// <returns>False once every job was tried or passed over.</returns>
    public bool Try(int count, Func<WaitingJob, PlacementDecision?> place)
    {
        ArgumentNullException.ThrowIfNull(place);
        for (var tried = 0; tried < count && _at < _order.Count; _at++)
        {
            var shape = JobShape.Of(_order[_at].Spec);
            if (_blocked.Contains(shape))
                continue;
            tried++;
            if (place(_order[_at]) is Waiting or Refused)
                _blocked.Add(shape);
        }
        return _at < _order.Count;
    }
}
