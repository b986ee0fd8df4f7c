using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Feeds;

/// <summary>
/// A rack's power shelves. A GB200 NVL72 has eight shelves of six supplies of 5.5 kW (NVIDIA Base Command Manager, power
/// shelf page); with four of them lost 132 kW remain.
/// </summary>
/// <param name="Shelves">How many shelves, 1 or more.</param>
/// <param name="SuppliesPerShelf">Supplies in each, 1 or more.</param>
/// <param name="Supply">What one supply delivers, above 0.</param>
public sealed record PowerShelves(int Shelves, int SuppliesPerShelf, Watts Supply)
{
    /// <summary>The shelves of a GB200 NVL72 rack.</summary>
    public static PowerShelves Nvl72 { get; } = new(8, 6, Watts.FromKilowatts(5.5));

    /// <summary>What one shelf delivers.</summary>
    public Watts Shelf => Supply * (long)Require.Count(SuppliesPerShelf, 1);

    /// <summary>The shelves as feeds that share the rack's load.</summary>
    /// <param name="spare">How many may be lost without shedding.</param>
    public FeedGroup AsFeeds(int spare = 0) => new(Shelves, Shelf, spare);
}
