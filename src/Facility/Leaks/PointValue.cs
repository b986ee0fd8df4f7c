namespace ControlPlane.Facility.Leaks;

/// <summary>What a point says.</summary>
/// <param name="Value">Its value; above 0 is a leak or fault.</param>
/// <param name="Quality">1 when it can be trusted.</param>
public readonly record struct PointValue(double Value, int Quality)
{
    /// <summary>Whether the value can be trusted.</summary>
    public bool IsTrusted => Quality == 1;
}
