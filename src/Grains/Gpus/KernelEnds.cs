using ControlPlane.Domain.Units;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using ControlPlane.Hardware.Collectives;

namespace ControlPlane.Grains.Gpus;

/// <summary>Turns a kernel's report into the end of its lease.</summary>
internal static class KernelEnds
{
    public static LeaseEnd Of(LeaseKey lease, KernelResult result) =>
        result.ErrorCode == Interrupted
            ? new LeaseEnd(lease, false, $"Its agent stopped it: {result.Error}", 0, null) { IsInterrupted = true }
            : new LeaseEnd(lease, result.Succeeded, Text(result), 0, result) { Fault = result.Succeeded ? Fault.None : FaultOf(result.ErrorCode) };

    /// <summary>What an agent reports of work that it had to stop, or that ended with it.</summary>
    private const string Interrupted = "interrupted";

    // Numbers of the CUDA driver's interface. What a program asks for wrongly is no fault: it would ask again.
    private static Fault FaultOf(string code) => code switch
    {
        "cuda-46" or "cuda-214" or "cuda-220" or "no-device" => Fault.Device,
        "no-power-limit" => Fault.Device, // Another may let its limit be set.
        RingBroken => Fault.Device, // Of which no rank's own report tells: then what lies between them failed.
        "executor-crashed" or "timed-out" or "cuda-999" => Fault.Work,
        _ => code.StartsWith("cuda-7", StringComparison.Ordinal) ? Fault.Work : Fault.None,
    };

    /// <summary>The unit that only programs' rates have.</summary>
    private const string StepsUnit = "steps/s";

    /// <summary>What ranks report whose ring another one, or the network, broke.</summary>
    private const string RingBroken = "ring-broken";

    private static string ProgramText(KernelResult result)
    {
        var loss = result is { FirstLoss: { } first, LastLoss: { } last } ? $", loss {QuantityText.Number(first, 4)} to {QuantityText.Number(last, 4)}" : "";
        var resumed = result.WentOnFrom > 0 ? FormattableString.Invariant($", went on from step {result.WentOnFrom}") : "";
        var remark = result.Remark.Length > 0 ? $"; {result.Remark}" : "";
        return FormattableString.Invariant($"{result.Repetitions} steps on {result.Device} at {QuantityText.Number(result.Rate, 0)} {result.RateUnit}{loss}{resumed}{remark}.");
    }

    private static string Text(KernelResult result)
    {
        if (!result.Succeeded)
            return $"{result.ErrorCode}: {result.Error}";
        if (result.RateUnit == StepsUnit)
            return ProgramText(result);
        if (result.Points.Count > 0)
            return $"At most {QuantityText.Number(result.Rate)} tokens/s decoded on {result.Device}, {result.Points.Count} points measured.";
        var check = result.Checked ? "result checked" : "result not checked";
        if (result.RateUnit == CollectiveText.BusUnit)
            return $"{QuantityText.Number(result.Rate)} GB/s bus bandwidth: {result.Remark}; {QuantityText.Number(result.SecondsPerRepetition * 1e6, 1)} us a repetition, {check}.";
        return $"{QuantityText.Number(result.Rate)} {result.RateUnit} on {result.Device}, {QuantityText.Number(result.SecondsPerRepetition * 1e6, 1)} us a repetition, {check}.";
    }
}
