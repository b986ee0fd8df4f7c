namespace ControlPlane.Simulation.Openb;

/// <summary>A node of Alibaba's 2023 GPU cluster trace.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CpuMilli">Thousandths of a core.</param>
/// <param name="MemoryMebibytes">Memory in MiB.</param>
/// <param name="Gpus">How many GPUs.</param>
/// <param name="Model">Their model; empty without GPUs.</param>
public sealed record OpenbNode(string Name, int CpuMilli, long MemoryMebibytes, int Gpus, string Model);
