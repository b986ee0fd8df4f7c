using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>An agent and a host that says anything that the wire can carry.</summary>
public sealed class ProtocolFuzzTests
{
    private const int Messages = 400;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_a_host_says_the_agent_lives_and_does_the_next_work_that_makes_sense(int seed)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu", null, "--kernel-timeout", "5");
        var stream = await host.AcceptAsync();
        var random = new RandomMessages(seed);
        var sent = 0;
        for (var message = 0; message < Messages; message++)
        {
            var next = random.Next<ToAgent>();
            // The fence is meant to hold for ever, and what ends the stream is tested by itself.
            if (next.Refusal is not null || next.Lease?.Generation > 1_000_000 || next.Stop?.Generation > 1_000_000)
                continue;
            if (next.Welcome is { } welcome)
                welcome.LeaseTimeoutSeconds = Math.Max(welcome.LeaseTimeoutSeconds, 600);
            await stream.SendAsync(next);
            sent++;
        }
        Assert.True(sent > Messages / 4);
        await stream.SendAsync(new() { Welcome = new() { Host = "fake", LeaseTimeoutSeconds = 600 } });
        var sensible = RunningAgent.Lease("sensible", 2_000_000);
        Assert.True((await stream.LeaseAsync(sensible)).Accepted);
        WorkReport report;
        do
        {
            report = await stream.ReportAsync();
            await stream.AcknowledgeAsync(report);
        }
        while (report.Job != "sensible");
        Assert.True(report.Succeeded, report.Error);
        Assert.True(RunningAgent.IsAlive(agent.ProcessId));
    }

    [SkippableFact]
    public async Task An_agent_that_is_refused_comes_back()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        await stream.SendAsync(new() { Refusal = new() { Reason = "another time" } });
        var again = await host.AcceptAsync();
        Assert.True((await again.RunAsync(RunningAgent.Lease("job", 1))).Succeeded);
    }
}
