using System.Globalization;
using ControlPlane.Api;

namespace ControlPlane.Cli.Diagnostics;

/// <summary>The acceptance of a new rack: it takes only tests of itself until every GPU has passed.</summary>
internal static class Acceptance
{
    private static readonly string[] Before = ["created", "discovering", "validating"];

    /// <summary>Has the rack take only tests from now on.</summary>
    public static async Task BeginAsync(FactoryClient client, string hall, string name, int level)
    {
        if (level == 1)
            throw new CommandException(ExitCodes.BadInput, "--accept needs --level 2 or 3: level 1 reads too little to accept a rack.");
        var racks = (await client.Get<HallResponse>("/v1/halls/" + hall)).Racks;
        if (racks.FirstOrDefault(rack => rack.Rack == name) is not { } rack)
            throw new CommandException(ExitCodes.BadInput, $"--accept is for a whole rack, and '{name}' is none; the hall's are {string.Join(", ", racks.Select(one => one.Rack))}.");
        if (!Before.Contains(rack.State))
            throw new CommandException(ExitCodes.BadInput, $"Rack {name} is {rack.State}: --accept is for one that is {string.Join(", ", Before[..^1])} or {Before[^1]}.");
        await Set(client, hall, name, "validating", "It is being accepted.");
    }

    /// <summary>Opens the rack where every GPU has passed; else it stays as it is, for a person to look at.</summary>
    public static async Task EndAsync(FactoryClient client, string hall, string name, int level, bool passed)
    {
        if (passed)
            await Set(client, hall, name, "ready", string.Create(CultureInfo.InvariantCulture, $"Accepted: every GPU has passed level {level}."));
        Console.Error.WriteLine(passed ? $"Rack {name} is accepted and ready." : $"Rack {name} is not accepted: it stays validating.");
    }

    private static Task<ConditionResponse> Set(FactoryClient client, string hall, string rack, string state, string reason) =>
        client.Post<ConditionResponse>($"/v1/halls/{hall}/racks/{Uri.EscapeDataString(rack)}", new StateRequest(state, reason));
}
