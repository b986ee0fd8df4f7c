namespace ControlPlane.Scheduling.Preferences;

/// <summary>The least loaded feed: the smallest share of headroom on the way up, in thousandths of the limit.</summary>
internal sealed class LightestFeed : Preference
{
    public override string Name => "lightest-feed";

    public override bool DependsOnNodeOnly => false;

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        var least = 1000L;
        foreach (var domain in state.Shape.PowerPath[state.Shape.Rack[node]])
        {
            var limit = Math.Max(1, state.Power.Limit[domain]);
            least = Math.Min(least, (long)((limit - state.Power.LoadOf(domain)) * 1000.0 / limit));
        }
        return least;
    }
}
