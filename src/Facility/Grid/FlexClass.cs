namespace ControlPlane.Facility.Grid;

/// <summary>How much of its speed a job may lose during a grid event (Emerald AI field demonstration, arXiv:2507.00909).</summary>
/// <param name="Name">The class.</param>
/// <param name="Floor">Share of its speed that the job must keep, 0 to 1.</param>
public sealed record FlexClass(string Name, double Floor)
{
    /// <summary>May lose nothing.</summary>
    public static FlexClass Flex0 { get; } = new("Flex 0", 1);

    /// <summary>May lose a tenth.</summary>
    public static FlexClass Flex1 { get; } = new("Flex 1", 0.9);

    /// <summary>May lose a quarter.</summary>
    public static FlexClass Flex2 { get; } = new("Flex 2", 0.75);

    /// <summary>May lose half.</summary>
    public static FlexClass Flex3 { get; } = new("Flex 3", 0.5);

    /// <summary>All of them, least flexible first.</summary>
    public static IReadOnlyList<FlexClass> All { get; } = [Flex0, Flex1, Flex2, Flex3];

    /// <summary>The class of that name, or null.</summary>
    public static FlexClass? Find(string name) => All.FirstOrDefault(flex => flex.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
