namespace ControlPlane.Planning.Capacity;

/// <summary>A plan: how many racks of each type stand in each row in each quarter, and what they do.</summary>
/// <param name="Racks">By quarter, type and row; racks once bought stay.</param>
/// <param name="Uses">Units at work by quarter, scenario, need and type.</param>
public sealed record RackPlan(int[][][] Racks, long[][][][] Uses)
{
    /// <summary>Racks of a type in a quarter.</summary>
    public int Count(int quarter, int type) => Racks[quarter][type].Sum();

    /// <summary>Racks of a type that arrive for a quarter; for the first, those beyond what stands already.</summary>
    public int Added(CapacityQuestion question, int quarter, int type)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Count(quarter, type) - (quarter > 0 ? Count(quarter - 1, type) : question.Rows.Sum(row => row.Installed[type]));
    }
}
