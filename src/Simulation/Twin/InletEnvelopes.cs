using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;

namespace ControlPlane.Simulation.Twin;

/// <summary>Inlet temperatures as budgets: what every rack of a loop adds to the inlet of one, against what a limit leaves above the supply.</summary>
internal static class InletEnvelopes
{
    /// <summary>One envelope for each rack of each loop whose air recirculates.</summary>
    /// <param name="hall">The hall: how air goes through it is known, what it draws is read.</param>
    /// <param name="loads">The parts that caps are planned for, in the plan's order.</param>
    /// <param name="readings">The hall as it was read.</param>
    /// <param name="limitCelsius">What no inlet should pass.</param>
    public static IEnumerable<Envelope> Of(TwinHall hall, IReadOnlyList<TwinPart> loads, TwinReadings readings, double limitCelsius)
    {
        for (var loop = 0; loop < hall.Loops.Count; loop++)
        {
            if (hall.Loops[loop].Recirculation is not { } air)
                continue;
            var racks = Enumerable.Range(0, hall.Racks.Count).Where(rack => hall.Racks[rack].Loop == loop).ToList();
            var members = Enumerable.Range(0, loads.Count).Where(index => racks.Contains(loads[index].Rack)).ToList();
            // What no cap reaches: a rack's own draw, and whoever waits in it.
            var rest = racks.Select(rack => readings.RackWatts[rack]
                - members.Where(index => loads[index].Rack == rack).Sum(index => readings.Draws[loads[index]] * loads[index].Gpus)).ToList();
            for (var at = 0; at < racks.Count; at++)
            {
                var row = air.KelvinPerWatt[at];
                var left = limitCelsius - readings.Supplies[loop].Value - rest.Select((watts, index) => watts * row[index]).Sum();
                yield return new Envelope(hall.Racks[racks[at]].Name + " inlet", members, Watts.FromWatts(Math.Max(0, left) * 1000))
                {
                    Weights = [.. members.Select(index => row[racks.IndexOf(loads[index].Rack)] * 1000)],
                };
            }
        }
    }
}
