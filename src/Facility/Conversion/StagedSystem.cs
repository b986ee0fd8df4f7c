using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Conversion;

/// <summary>
/// A whole machine with its losses stage by stage: each node behind a converter, nodes behind shared rectifiers, chassis
/// with switches, and pumps of the cooling units. Form and constants follow ExaDigiT/RAPS at 6c142bfd.
/// </summary>
/// <param name="Racks">How many racks.</param>
/// <param name="ChassisPerRack">Chassis in each rack.</param>
/// <param name="BladesPerChassis">Blades in each chassis.</param>
/// <param name="NodesPerBlade">Nodes on each blade.</param>
/// <param name="RectifiersPerChassis">Rectifiers among which a chassis' nodes are divided.</param>
/// <param name="SwitchesPerChassis">Network switches in each chassis.</param>
/// <param name="Switch">Draw of one switch.</param>
/// <param name="CoolingUnits">Cooling distribution units of the whole machine.</param>
/// <param name="CoolingUnit">Draw of one.</param>
/// <param name="Converter">From the rack's direct current to a node's.</param>
/// <param name="Rectifier">From alternating to direct current.</param>
public sealed record StagedSystem(
    int Racks, int ChassisPerRack, int BladesPerChassis, int NodesPerBlade, int RectifiersPerChassis, int SwitchesPerChassis, Watts Switch,
    int CoolingUnits, Watts CoolingUnit, LossStage Converter, LossStage Rectifier)
{
    /// <summary>Frontier: 74 racks of 128 nodes.</summary>
    public static StagedSystem Frontier { get; } = new(
        74, 8, 8, 2, 4, 4, Watts.FromWatts(250), 25, Watts.FromWatts(8473.47),
        new LossStage(Watts.FromWatts(13), 0.98), new LossStage(Watts.FromWatts(17), 0.96));

    /// <summary>Nodes in one chassis.</summary>
    public int NodesPerChassis => BladesPerChassis * NodesPerBlade;

    /// <summary>What a node takes before its converter.</summary>
    /// <param name="node">The node's draw.</param>
    public Watts BehindConverter(Watts node) => Converter.Input(node);

    /// <summary>What one rectifier takes when all its nodes draw the same.</summary>
    /// <param name="node">The node's draw.</param>
    public Watts RectifierInput(Watts node)
    {
        Require.Count(RectifiersPerChassis, 1);
        return Rectifier.Input(BehindConverter(node) * (NodesPerChassis / (double)RectifiersPerChassis));
    }

    /// <summary>What a chassis takes.</summary>
    /// <param name="node">The draw of each node.</param>
    public Watts Chassis(Watts node) => RectifierInput(node) * (long)RectifiersPerChassis + Switch * (long)SwitchesPerChassis;

    /// <summary>What a rack takes.</summary>
    /// <param name="node">The draw of each node.</param>
    public Watts Rack(Watts node) => Chassis(node) * (long)ChassisPerRack;

    /// <summary>What the machine takes, with its cooling units.</summary>
    /// <param name="node">The draw of each node.</param>
    public Watts System(Watts node) => Rack(node) * (long)Racks + CoolingUnit * (long)CoolingUnits;
}
