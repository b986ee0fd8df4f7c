namespace ControlPlane.Facility.Control;

/// <summary>Who gives way first.</summary>
public enum ShedOrder
{
    /// <summary>The most flexible down to their floors, then the next; within one class whoever loses least for a watt.</summary>
    MostFlexibleFirst,

    /// <summary>Whoever loses least for a watt, each down to its floor.</summary>
    LeastLossFirst,
}
