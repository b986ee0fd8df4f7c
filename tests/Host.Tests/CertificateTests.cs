using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Hosts and agents that know each other by certificates of an operator's own authority.</summary>
public sealed class CertificateTests : IDisposable
{
    private const string Node = "local-01-n00";

    private readonly string _folder = Directory.CreateTempSubdirectory("factory-test-certificates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task An_agent_with_its_node_s_certificate_works_without_a_token_and_others_are_turned_away()
    {
        KernelDeviceTests.RequireNative();
        using var authority = new Authority(_folder);
        using var strange = new Authority(_folder, "strange");
        await using var host = await Started(authority, mutual: true);
        foreach (var (by, why) in new[]
        {
            (authority.ForAgent("local-01-n09"), $"certificate is not of node {Node}"), // Another node's.
            (strange.ForAgent(Node, "other"), "No stream to"), // Another authority's.
            (authority.ForHost("host-as-agent"), "No stream to"), // For hosts.
            (authority.ForAgent(Node, "old", days: -1), "No stream to"), // Over.
        })
        {
            host.StartAgent(Node, host.AgentUri, new Dictionary<string, string>(), "--devices", "cpu", "--authority", authority.Path, "--certificate", by.Certificate, "--key", by.Key);
            var seen = host.Log.Length;
            await host.Until(() => Task.FromResult(host.Log[seen..].Contains(why, StringComparison.Ordinal)), () => $"{by.Certificate} was not turned away");
            Assert.Equal("unknown", (await host.Get<GpuResponse>($"/v1/gpus/{Node}-g0")).Health);
            await host.StopAgents();
        }

        var own = authority.ForAgent(Node);
        host.StartAgent(Node, host.AgentUri, new Dictionary<string, string>(), "--devices", "cpu", "--authority", authority.Path, "--certificate", own.Certificate, "--key", own.Key);
        Assert.Equal(0, (await host.Factoryctl("kernel", "triad", "--size", "n=5000")).Code);
    }

    [SkippableFact]
    public async Task With_a_certificate_of_the_host_alone_the_token_goes_over_TLS_to_the_right_host_only()
    {
        KernelDeviceTests.RequireNative();
        using var authority = new Authority(_folder);
        using var strange = new Authority(_folder, "strange");
        await using var host = await Started(authority, mutual: false);
        host.StartAgent(Node, host.AgentUri, new Dictionary<string, string>(), "--devices", "cpu", "--authority", strange.Path, "--token-file", Path.Combine(host.Data, "agent-token"));
        await host.Until(() => Task.FromResult(host.Log.Contains("No stream to", StringComparison.Ordinal)), "a strange host was trusted");
        await host.StopAgents();
        host.StartAgent(Node, host.AgentUri, new Dictionary<string, string>(), "--devices", "cpu", "--authority", authority.Path, "--token-file", Path.Combine(host.Data, "agent-token"));
        Assert.Equal(0, (await host.Factoryctl("kernel", "triad", "--size", "n=5000")).Code);
    }

    [SkippableFact]
    public async Task Certificates_are_replaced_while_host_and_agent_run()
    {
        KernelDeviceTests.RequireNative();
        using var authority = new Authority(_folder);
        await using var host = await Started(authority, mutual: true);
        var own = authority.ForAgent("local-01-n09", Node); // Of another node, by mistake.
        host.StartAgent(Node, host.AgentUri, new Dictionary<string, string>(), "--devices", "cpu", "--authority", authority.Path, "--certificate", own.Certificate, "--key", own.Key);
        await host.Until(() => Task.FromResult(host.Log.Contains("certificate is not of node", StringComparison.Ordinal)), "it was not turned away");
        authority.ForAgent(Node, Node);
        authority.ForHost("host");
        Assert.Equal(0, (await host.Factoryctl("kernel", "triad", "--size", "n=5000")).Code);
    }

    [Fact]
    public async Task Unsound_files_stop_the_start_of_host_and_agent_and_are_named()
    {
        using var authority = new Authority(_folder);
        var (certificate, key) = authority.ForHost("host");
        var nothing = Path.Combine(_folder, "nothing.pem");
        foreach (var (settings, why) in new (Dictionary<string, string>, string)[]
        {
            (new() { ["Host__AgentCertificate"] = certificate }, "AgentCertificate and AgentKey belong together"),
            (new() { ["Host__AgentAuthority"] = authority.Path }, "needs TLS"),
            (new() { ["Host__AgentCertificate"] = certificate, ["Host__AgentKey"] = nothing }, nothing),
            (new() { ["Host__AgentCertificate"] = certificate, ["Host__AgentKey"] = certificate }, "with " + certificate),
        })
        {
            var ended = await Programs.Run(Programs.Host, ["--empty", "--data", _folder], settings);
            Assert.True(ended.Code == 1 && ended.Errors.Contains(why, StringComparison.Ordinal), ended.ToString());
        }
        foreach (var (arguments, why) in new (string[], string)[]
        {
            (["--host", "https://h:1", "--certificate", certificate], "belong together"),
            (["--host", "http://h:1", "--authority", authority.Path], "over https only"),
            (["--host", "https://h:1", "--authority", key], "it holds no certificate"),
        })
        {
            var ended = await Programs.Run(Programs.Agent, ["--node", Node, .. arguments]);
            Assert.True(ended.Code == 2 && ended.Errors.Contains(why, StringComparison.Ordinal), ended.ToString());
        }
    }

    private static Task<RunningHost> Started(Authority authority, bool mutual)
    {
        var (certificate, key) = authority.ForHost("host");
        var settings = new Dictionary<string, string> { ["Host__AgentCertificate"] = certificate, ["Host__AgentKey"] = key };
        if (mutual)
            settings["Host__AgentAuthority"] = authority.Path;
        return RunningHost.Start(settings, "--workload", "false", "--start-agent", "false");
    }
}
