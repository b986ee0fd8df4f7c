using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>
/// The hottest die in the hall, as it settles under the present draw: dies settle within a minute or two, and between two
/// events of a long run nothing else is to be told of them. GPUs without work are cooler than any at work.
/// </summary>
internal sealed class DieHeat(TwinFloor floor)
{
    private readonly SortedDictionary<long, long> _dies = [];
    private readonly Dictionary<(int Rack, int Model), (ThermalMass Mass, Celsius Supply)?> _cooling = [];

    /// <summary>In thousandths of a degree; 0 when nothing is at work.</summary>
    public long HottestMilli => _dies.Count == 0 ? 0 : _dies.Keys.Last();

    /// <summary>GPUs of a rack that draw so much join (1) or leave (-1).</summary>
    public void Change(int rack, int model, Watts draw, long gpus, int sign)
    {
        if (CoolingOf(rack, model) is not { } cooling)
            return;
        var die = (long)Math.Round(cooling.Mass.Settled(draw, cooling.Supply).Value * 1000);
        var left = _dies.GetValueOrDefault(die) + (gpus * sign);
        if (left > 0)
            _dies[die] = left;
        else if (left == 0)
            _dies.Remove(die);
        else
            throw new InvariantException($"{-left} dies more than there are leave {die / 1000.0} C.");
    }

    // A rack's liquid loop comes first where it has one. Models or racks that the catalogue does not know have no figure.
    private (ThermalMass Mass, Celsius Supply)? CoolingOf(int rack, int model)
    {
        if (_cooling.TryGetValue((rack, model), out var known))
            return known;
        var one = floor.Layout.Racks[rack];
        (ThermalMass, Celsius)? found = HardwareCatalogue.Default.Gpu(floor.Layout.GpuModels[model].Name) is { } gpu && one.Cooling.Count > 0
            ? (DieCooling.Of(gpu, HardwareCatalogue.Default.Rack(one.Type)?.LiquidShare.Value > 0), floor.Layout.CoolingLoops[one.Cooling[0].Loop].Supply)
            : null;
        _cooling.Add((rack, model), found);
        return found;
    }
}
