using ControlPlane.Domain.Units;

namespace ControlPlane.Simulation.Twin;

/// <summary>What a controller sees: the hall as it was a moment ago.</summary>
/// <param name="At">When it was so.</param>
/// <param name="DomainWatts">Load of each domain.</param>
/// <param name="Draws">Draw of one GPU of each part.</param>
/// <param name="Caps">Cap in force of each part, as read back.</param>
/// <param name="Dies">Die temperature of each part.</param>
/// <param name="Inlets">Inlet temperature of each rack.</param>
/// <param name="RackWatts">Draw of each rack.</param>
/// <param name="Supplies">Temperature of what each loop supplies.</param>
public sealed record TwinReadings(
    TimeSpan At, IReadOnlyList<double> DomainWatts, IReadOnlyDictionary<TwinPart, double> Draws,
    IReadOnlyDictionary<TwinPart, Watts> Caps, IReadOnlyDictionary<TwinPart, Celsius> Dies, IReadOnlyList<Celsius> Inlets,
    IReadOnlyList<double> RackWatts, IReadOnlyList<Celsius> Supplies)
{
    /// <summary>The hall as it is.</summary>
    public static TwinReadings Of(TwinHall hall)
    {
        ArgumentNullException.ThrowIfNull(hall);
        return new TwinReadings(
            hall.Now, [.. hall.Domains.Select(domain => domain.LoadWatts)], hall.Parts.ToDictionary(part => part, part => part.DrawWatts),
            hall.Parts.ToDictionary(part => part, part => part.Cap), hall.Parts.ToDictionary(part => part, part => part.Die),
            [.. hall.Racks.Select(rack => rack.Inlet)], [.. hall.Racks.Select(rack => rack.LoadWatts)], [.. hall.Loops.Select(loop => loop.Supply)]);
    }
}
