using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>
/// How caps go from those in force to those of a plan: whatever falls is ordered at once, whatever rises waits until every
/// fall is confirmed, and rises by no more than the ramp allows. A cap that is not confirmed counts as the highest of
/// all that was ordered since it was last confirmed, so that the sum never passes the limit in between, whatever is lost or
/// late. Orders are numbered by whoever sends them; a device ignores one that is older than what it has.
/// </summary>
public sealed class CapRound
{
    private readonly Watts[] _ordered;
    private readonly Watts[] _worst;
    private readonly bool[] _isConfirmed;

    /// <summary>Begins with caps that are in force.</summary>
    public CapRound(IEnumerable<Watts> inForce)
    {
        _ordered = [.. inForce];
        _worst = [.. _ordered];
        _isConfirmed = new bool[_ordered.Length];
        Array.Fill(_isConfirmed, true);
    }

    /// <summary>What may be in force at worst, load by load.</summary>
    public IReadOnlyList<Watts> AtWorst => _worst;

    /// <summary>True when every order is confirmed.</summary>
    public bool IsSettled => !_isConfirmed.AsSpan().Contains(false);

    /// <summary>Takes note of a cap that was read back from its device; one that is not what was ordered last proves nothing.</summary>
    public void Confirm(int load, Watts cap)
    {
        if (cap == _ordered[load])
            (_worst[load], _isConfirmed[load]) = (cap, true);
    }

    /// <summary>The orders to give now.</summary>
    /// <param name="plan">The caps aimed at.</param>
    /// <param name="mostRise">What all caps together may rise by in this round, each weighed by its GPUs.</param>
    /// <param name="gpus">How many GPUs each cap is for.</param>
    /// <returns>Loads and their caps; those that fall first.</returns>
    public IReadOnlyList<(int Load, Watts Cap)> Orders(IReadOnlyList<Watts> plan, Watts mostRise, IReadOnlyList<int> gpus)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(gpus);
        var orders = new List<(int Load, Watts Cap)>();
        for (var load = 0; load < plan.Count; load++)
        {
            // An order that is not confirmed is repeated: it may have been lost.
            if (plan[load] < _ordered[load] || !_isConfirmed[load])
                orders.Add((load, plan[load] < _ordered[load] ? plan[load] : _ordered[load]));
        }
        if (orders.Count == 0)
            AddRises(plan, mostRise, gpus, orders);
        foreach (var (load, cap) in orders)
        {
            _ordered[load] = cap;
            _worst[load] = cap > _worst[load] ? cap : _worst[load];
            _isConfirmed[load] = false;
        }
        return orders;
    }

    private void AddRises(IReadOnlyList<Watts> plan, Watts mostRise, IReadOnlyList<int> gpus, List<(int Load, Watts Cap)> orders)
    {
        var wanted = Enumerable.Range(0, plan.Count).Where(load => plan[load] > _ordered[load]).ToList();
        var sum = wanted.Sum(load => (plan[load] - _ordered[load]).Value * gpus[load]);
        var share = sum <= mostRise.Value ? 1 : mostRise.Value / sum;
        foreach (var load in wanted)
            orders.Add((load, share >= 1 ? plan[load] : _ordered[load] + ((plan[load] - _ordered[load]) * share)));
    }
}
