using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Probes;

/// <summary>
/// A device's tokens a second and joules a token: decode and prefill steps of a model's shape as kernels of the catalogue,
/// each step submitted whole. One layer's weights stand for all, and data does not flow from kernel to kernel, so it
/// measures time and energy and computes nothing; a cache that holds a whole layer flatters small models.
/// </summary>
public static class TokenProbe
{
    private const int MostLayers = 1000;
    private const double Slack = 1; // Limits are set in milliwatts, and some cards round to whole watts.

    /// <summary>Measures all points; afterwards the device has the power limit that was set before.</summary>
    /// <exception cref="ArgumentException">A step cannot run; the message has every reason.</exception>
    /// <exception cref="DeviceFaultException">The device has no room, failed, does not let its limit be set, or did not keep it.</exception>
    public static async Task<IReadOnlyList<ProbePoint>> RunAsync(IComputeDevice device, ProbeRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(request);
        ThrowIfUnsound(request);
        var points = new List<ProbePoint>();
        var before = device.Read().LimitWatts;
        var limits = Limits(device, request.LimitPercents);
        try
        {
            foreach (var limit in limits)
            {
                if (limit is { } watts)
                    Limit(device, watts);
                foreach (var batch in request.Batches)
                    points.Add(await PointAsync(device, request, ("decode", batch, request.Context, batch), ModelStep.Decode(request.Model, batch, request.Context), cancellation).ConfigureAwait(false));
                points.Add(await PointAsync(device, request, ("prefill", 1, request.Prompt, request.Prompt), ModelStep.Prefill(request.Model, request.Prompt), cancellation).ConfigureAwait(false));
            }
        }
        finally
        {
            if (request.LimitPercents.Count > 0)
                device.LimitPower(before);
        }
        return points;
    }

    // What is measured must be of the limit that it is said to be of: the device says itself which it keeps.
    private static void Limit(IComputeDevice device, double watts)
    {
        device.LimitPower(watts);
        if (device.Read().LimitWatts is { } kept && Math.Abs(kept - watts) > Slack)
            throw NotKept($"the limit was to be {watts:0} W and is {kept:0} W");
    }

    private static DeviceFaultException NotKept(FormattableString why) =>
        new(DeviceFaultException.NotPermitted, "FACTORY_NOT_PERMITTED", FormattableString.Invariant(why) + "; a cap that holds now, or somebody else, lowers it");

    private static void ThrowIfUnsound(ProbeRequest request)
    {
        if (Flaws(request) is { Count: > 0 } flaws)
            throw new ArgumentException(string.Join(' ', flaws), nameof(request));
    }

    /// <summary>Every reason for which it cannot run.</summary>
    public static IReadOnlyList<string> Flaws(ProbeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var model = request.Model;
        var flaws = new List<string>();
        if (request.Batches.Count == 0 || request.Repetitions < 1)
            flaws.Add("Give at least one batch and one repetition.");
        if (request.LimitPercents.Any(percent => percent is < 1 or > 100))
            flaws.Add("Power limits are from 1 to 100 percent.");
        if (model.Layers is < 1 or > MostLayers)
            flaws.Add(FormattableString.Invariant($"{model.Layers} layers: a model has 1 to {MostLayers}."));
        else if (model.KeyValueHeads < 1 || model.Heads % model.KeyValueHeads != 0)
            flaws.Add(FormattableString.Invariant($"{model.KeyValueHeads} heads of keys and values do not divide {model.Heads} heads."));
        else
            flaws.AddRange(request.Batches.SelectMany(batch => ModelStep.Decode(model, batch, request.Context)).Concat(ModelStep.Prefill(model, request.Prompt))
                .SelectMany(part => KernelCatalogue.Validate(part.Kernel, part.Sizes, 1)).Select(flaw => flaw.Message).Distinct());
        return flaws;
    }

    private static IEnumerable<double?> Limits(IComputeDevice device, IReadOnlyList<int> percents)
    {
        if (percents.Count == 0)
            return [null];
        var readings = device.Read();
        return readings.HighestLimitWatts is { } highest
            ? percents.Select(percent => (double?)Math.Max(highest * percent / 100, readings.LowestLimitWatts ?? 0)).Distinct()
            : throw new DeviceFaultException(DeviceFaultException.NotSupported, "FACTORY_NOT_SUPPORTED", $"{device.Description.Name} has no power limit that can be set; leave the limits out");
    }

    private static async Task<ProbePoint> PointAsync(
        IComputeDevice device, ProbeRequest request, (string Phase, int Batch, int Tokens, int Made) what, IReadOnlyList<StepPart> step, CancellationToken cancellation)
    {
        var sessions = new Dictionary<string, KernelSession>();
        try
        {
            foreach (var part in step.DistinctBy(part => part.Key))
            {
                var program = KernelCatalogue.ProgramOf(part.Kernel)!;
                sessions[part.Key] = new KernelSession(device, program, KernelCatalogue.SizesOf(program, part.Sizes), 1, cancellation);
            }
            var launches = step.SelectMany(part => Enumerable.Repeat(sessions[part.Key].Launches, part.Times)).SelectMany(one => one).ToList();
            await device.RunAsync(launches, CancellationToken.None).ConfigureAwait(false); // The first touches memory for the first time.
            var before = device.Read();
            var seconds = new double[request.Repetitions];
            for (var i = 0; i < seconds.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                seconds[i] = await device.RunAsync(launches, CancellationToken.None).ConfigureAwait(false);
            }
            var after = device.Read();
            if (before.LimitWatts is { } first && after.LimitWatts is { } last && Math.Abs(first - last) > Slack)
                throw NotKept($"the power limit changed from {first:0} to {last:0} W while it was measured");
            Array.Sort(seconds);
            var median = (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2;
            return new(what.Phase, what.Batch, what.Tokens, after.LimitWatts, what.Made / median, (after.EnergyJoules - before.EnergyJoules) / (what.Made * (double)seconds.Length));
        }
        finally
        {
            foreach (var session in sessions.Values)
                session.Dispose();
        }
    }
}
