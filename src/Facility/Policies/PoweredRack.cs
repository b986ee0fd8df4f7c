namespace ControlPlane.Facility.Policies;

/// <summary>A rack under a power domain.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Nodes">How many nodes it holds.</param>
/// <param name="Domain">The domain that feeds it.</param>
public sealed record PoweredRack(string Name, int Nodes, string Domain);
