namespace ControlPlane.Facility.Conversion;

/// <summary>The affinity laws of pumps and fans: flow follows speed, power its cube.</summary>
public static class Affinity
{
    /// <summary>Power over the power at full flow.</summary>
    /// <param name="flowShare">Flow over full flow, 0 or more.</param>
    public static double PowerShare(double flowShare) => Math.Pow(Require.NotNegative(flowShare), 3);

    /// <summary>Pressure over the pressure at full flow.</summary>
    /// <param name="flowShare">Flow over full flow, 0 or more.</param>
    public static double PressureShare(double flowShare) => Math.Pow(Require.NotNegative(flowShare), 2);

    /// <summary>The flow share that a share of the power still moves.</summary>
    /// <param name="powerShare">Power over the power at full flow, 0 or more.</param>
    public static double FlowShare(double powerShare) => Math.Cbrt(Require.NotNegative(powerShare));
}
