using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Conversion;

/// <summary>One conversion of power: what goes in is what comes out and a constant loss, over an efficiency (ExaDigiT/RAPS).</summary>
public sealed record LossStage
{
    /// <summary>Makes a stage.</summary>
    /// <param name="constantLoss">Lost whatever the load, 0 or more.</param>
    /// <param name="efficiency">Above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public LossStage(Watts constantLoss, double efficiency)
    {
        Require.NotNegative(constantLoss.Value, nameof(constantLoss));
        ConstantLoss = constantLoss;
        Efficiency = Require.PositiveShare(efficiency);
    }

    /// <summary>Lost whatever the load.</summary>
    public Watts ConstantLoss { get; }

    /// <summary>Output and constant loss over input.</summary>
    public double Efficiency { get; }

    /// <summary>What the stage takes to deliver a power.</summary>
    /// <param name="output">0 or more.</param>
    public Watts Input(Watts output) => Watts.FromWatts(InputWatts(output.Value));

    /// <summary>What the stage takes to deliver a power, unrounded for chains of stages.</summary>
    /// <param name="outputWatts">0 or more.</param>
    public double InputWatts(double outputWatts) => (Require.NotNegative(outputWatts) + ConstantLoss.Value) / Efficiency;

    /// <summary>What is lost on the way.</summary>
    /// <param name="output">0 or more.</param>
    public Watts Loss(Watts output) => Input(output) - output;
}
