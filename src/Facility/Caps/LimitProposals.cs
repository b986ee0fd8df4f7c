using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>
/// Judges limits that a steering loop proposes: each by itself, so that one bad proposal does not undo the others. What
/// falls is applied first; what rises is applied as far as the budget then carries it, in the order of the proposals. The
/// sum is within the budget at every moment if it was before.
/// </summary>
public static class LimitProposals
{
    /// <summary>Applies what can be applied.</summary>
    /// <param name="devices">Limits in force.</param>
    /// <param name="proposals">New limits by device.</param>
    /// <param name="budget">What all limits together may not exceed.</param>
    /// <returns>The limits then in force, the devices whose proposal was applied in the order of applying, and the refused ones with the reason.</returns>
    public static (IReadOnlyList<DeviceLimit> Devices, IReadOnlyList<string> Applied, IReadOnlyDictionary<string, string> Refused) Apply(
        IReadOnlyList<DeviceLimit> devices, IReadOnlyList<(string Device, Watts Limit)> proposals, Watts budget)
    {
        ArgumentNullException.ThrowIfNull(devices);
        ArgumentNullException.ThrowIfNull(proposals);
        var now = devices.ToDictionary(device => device.Device, StringComparer.Ordinal);
        var (applied, refused) = (new List<string>(), new Dictionary<string, string>(StringComparer.Ordinal));
        var sum = devices.Sum(device => device.Limit.Milliwatts);
        foreach (var (name, limit) in proposals.OrderBy(proposal => now.TryGetValue(proposal.Device, out var device) && proposal.Limit > device.Limit))
        {
            if (Refusal(now.GetValueOrDefault(name), limit, sum, budget) is { } reason)
            {
                refused[name] = reason;
                continue;
            }
            sum += (limit - now[name].Limit).Milliwatts;
            now[name] = now[name] with { Limit = limit };
            applied.Add(name);
        }
        return ([.. devices.Select(device => now[device.Device])], applied, refused);
    }

    private static string? Refusal(DeviceLimit? device, Watts limit, long sum, Watts budget)
    {
        if (device is null)
            return "there is no such device";
        if (!device.Accepts(limit))
            return $"the device accepts {device.Least} to {device.Most}";
        // A limit that falls is always welcome, also while the sum is still above a budget that was just lowered.
        var next = Watts.FromMilliwatts(sum + (limit - device.Limit).Milliwatts);
        return limit > device.Limit && next > budget ? $"all limits would be {next}, the budget is {budget}" : null;
    }
}
