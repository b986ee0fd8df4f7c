using System.CommandLine;
using System.Net;
using ControlPlane.Api;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Cli.Plans;

/// <summary>A capacity plan made by a host.</summary>
internal static class HostPlan
{
    /// <summary>Has it made and fetches what came of it; Ctrl-C ends it early on the host too.</summary>
    public static async Task<(CapacityReport Report, IEnumerable<(string Name, string Text)> Texts)> Make(ParseResult parsed, CapacityPlanRequest request)
    {
        using var client = FactoryClient.Of(parsed);
        try
        {
            var plan = await Follow(client.Plans, await client.Plans.Submit(request));
            if (plan.Files.Count == 0)
                throw new CommandException(ExitCodes.No, $"Plan {plan.Id} is {plan.State}: {plan.Message}.");
            if (plan.State == "stopped")
                await Console.Error.WriteLineAsync($"plan: stopped, {plan.Message}; the plan holds, and what was checked until then.");
            var texts = new List<(string Name, string Text)>();
            foreach (var name in plan.Files)
                texts.Add((name, await client.Plans.File(plan.Id, name)));
            return (PlanTexts.Read(texts.Single(text => text.Name == PlanTexts.Report).Text), texts);
        }
        catch (PlanningException fault)
        {
            throw new CommandException(
                fault.Status == HttpStatusCode.BadRequest ? ExitCodes.BadInput : ExitCodes.No,
                string.Join(Environment.NewLine, [fault.Message, .. fault.Errors.Select(FactoryClient.Line)]));
        }
        catch (HttpRequestException fault)
        {
            throw new CommandException(ExitCodes.NoHost, $"No host answers: {fault.Message} Start one with 'dotnet run --project src/Host', or give --server.");
        }
    }

    private static async Task<CapacityPlanResponse> Follow(PlanningClient plans, CapacityPlanResponse plan)
    {
        using var run = new LongRun();
        var cancelled = Task.CompletedTask;
        var over = await plans.Wait(plan.Id, now =>
        {
            if (run.IsDue)
                run.Show($"plan {now.State}", now.Of == 0 ? 0 : now.Done / (double)now.Of, now.Doing);
            if (run.IsStopped && cancelled == Task.CompletedTask)
                cancelled = plans.Cancel(plan.Id);
        });
        await cancelled;
        return over;
    }
}
