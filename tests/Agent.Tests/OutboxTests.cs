using ControlPlane.Agent.Link;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>What waits to be sent while a host is slow, or does not answer.</summary>
public sealed class OutboxTests
{
    [Fact]
    public async Task A_slow_host_gets_newer_readings_and_not_more_of_them()
    {
        var taken = 0;
        var outbox = new Outbox(() => new FromAgent { Telemetry = new Telemetry { Sent = ++taken } });
        outbox.Add(Report("first"));
        for (var i = 0; i < 1000; i++)
            outbox.AddReadings();
        outbox.Add(Report("second"));
        Assert.False(outbox.IsEmpty);
        await using var sent = outbox.TakeAllAsync(default).GetAsyncEnumerator();
        async Task<FromAgent> Next()
        {
            Assert.True(await sent.MoveNextAsync());
            return sent.Current;
        }
        Assert.Equal("first", (await Next()).Report.Job);
        Assert.Equal(1, (await Next()).Telemetry.Sent);
        outbox.AddReadings(); // Something changed while the last were on their way.
        Assert.Equal("second", (await Next()).Report.Job);
        Assert.Equal(2, (await Next()).Telemetry.Sent);
        Assert.True(outbox.IsEmpty);
    }

    [SkippableFact]
    public async Task A_host_that_does_not_answer_is_left_for_another_while_its_work_goes_on()
    {
        await using var mute = await FakeHost.StartAsync();
        await using var other = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(mute, "cuda", null, "--host", other.Address.ToString());
        other.AgentExit = mute.AgentExit;
        var stream = await mute.AcceptAsync(leaseTimeoutSeconds: 30);
        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("long", 1))).Accepted);
        var next = await other.AcceptAsync(leaseTimeoutSeconds: 20);
        Assert.Equal(("long", 1L), (Assert.Single(next.Hello.Held).Job, next.Hello.Held[0].Generation));
    }

    private static FromAgent Report(string job) => new() { Report = new WorkReport { Job = job } };
}
