namespace ControlPlane.Hardware.Devices;

/// <summary>What a device says of itself.</summary>
/// <param name="Id">What <see cref="DeviceCatalogue.Open"/> takes, such as <c>cuda:1</c>.</param>
/// <param name="Kind"><c>cuda</c> or <c>cpu</c>.</param>
/// <param name="DriverVersion">CUDA: 1000 * major + 10 * minor. Otherwise 0.</param>
/// <param name="Capability">CUDA: 10 * major + minor of the compute capability, such as 90. Otherwise 0.</param>
public sealed record DeviceDescription(
    string Id, string Kind, string Name, string Uuid, long MemoryBytes, int Multiprocessors, int DriverVersion, int Capability)
{
    /// <summary>Why it does not open, for a person; null when it does. Then nothing else is known of it.</summary>
    public string? Obstacle { get; init; }
}
