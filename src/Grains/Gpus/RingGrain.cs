using ControlPlane.Domain;

namespace ControlPlane.Grains.Gpus;

/// <inheritdoc cref="IRingGrain"/>
internal sealed class RingGrain : Grain, IRingGrain
{
    private readonly SortedDictionary<int, RingPlace> _places = [];

    public Task<ValueList<RingPlace>> Join(int rank, int ranks, RingPlace place)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rank, (uint)ranks);
        _places[rank] = place;
        return Task.FromResult(_places.Count == ranks ? _places.Values.ToValueList() : []);
    }
}
