using ControlPlane.Simulation.Serving;

namespace ControlPlane.Simulation.Events;

/// <summary>
/// What the services do while so many of their replicas serve. A service is played with its trace once for each number of
/// replicas, and that holds for as long as so many serve.
/// </summary>
internal sealed class ServiceDesk(IReadOnlyList<ServicePlan> services)
{
    private readonly Dictionary<(int Service, int Replicas), ServingProfile> _profiles = [];
    private readonly int[] _serving = new int[services.Count];
    private readonly long[] _since = new long[services.Count];

    /// <summary>Milliseconds for which a service had so many replicas.</summary>
    public SortedDictionary<(int Service, int Replicas), long> Spent { get; } = [];

    /// <summary>How many replicas served from when on, one entry an instant and service.</summary>
    public List<ServingChange> Changes { get; } = [];

    /// <summary>Thousandths of tokens that all services write in a second.</summary>
    public long MilliTokens { get; private set; }

    /// <summary>Replicas of a service that serve.</summary>
    public int Serving(int service) => _serving[service];

    /// <summary>Replicas come or go; <see cref="Refresh"/> is to be called before time goes on.</summary>
    public void Change(int service, int by, long now)
    {
        Settle(service, now);
        _serving[service] += by;
        var change = new ServingChange(now, service, _serving[service]);
        // Within an instant they stand in order of their change, so the service's own is found near the end.
        for (var index = Changes.Count - 1; index >= 0 && Changes[index].At == now; index--)
        {
            if (Changes[index].Service == service)
            {
                Changes[index] = change;
                return;
            }
        }
        Changes.Add(change);
    }

    /// <summary>Works out what is written by as many as serve now.</summary>
    public void Refresh()
    {
        MilliTokens = 0;
        for (var service = 0; service < services.Count; service++)
            MilliTokens += Profile(service, _serving[service]) is { } profile ? (long)Math.Round(profile.TokensPerSecond * 1000) : 0;
    }

    /// <summary>Counts time from now on only.</summary>
    public void StandAt(long now) => Array.Fill(_since, now);

    /// <summary>Counts the time until now.</summary>
    public void Settle(long now)
    {
        for (var service = 0; service < services.Count; service++)
            Settle(service, now);
    }

    /// <summary>What a service does on so many replicas; null on none.</summary>
    public ServingProfile? Profile(int service, int replicas)
    {
        if (replicas == 0)
            return null;
        if (!_profiles.TryGetValue((service, replicas), out var profile))
            _profiles.Add((service, replicas), profile = ServingProfile.Of(services[service], replicas));
        return profile;
    }

    private void Settle(int service, long now)
    {
        var key = (service, _serving[service]);
        if (now > _since[service])
            Spent[key] = Spent.GetValueOrDefault(key) + now - _since[service];
        _since[service] = now;
    }
}
