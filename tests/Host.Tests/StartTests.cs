using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Host.Tests;

/// <summary>Starts that must not happen, with all reasons at once.</summary>
public class StartTests
{
    [Fact]
    public async Task An_unknown_switch_stops_the_start_and_names_the_known_ones()
    {
        var ended = await Programs.Run(Programs.Host, ["--prot", "5090"]);
        Assert.Equal(1, ended.Code);
        Assert.Contains("--prot", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("--port", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_setting_stops_the_start()
    {
        var ended = await Programs.Run(Programs.Host, ["--empty"], new Dictionary<string, string> { ["Host__Prot"] = "1" });
        Assert.Equal(1, ended.Code);
        Assert.Contains("Prot", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_out_of_range_stop_the_start_together()
    {
        var ended = await Programs.Run(Programs.Host, ["--port", "0", "--time-scale", "-1"]);
        Assert.Equal(1, ended.Code);
        Assert.Contains("Port", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("TimeScale", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_stops_the_start_and_is_named()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var free = Programs.FreePorts(3);
        var data = Directory.CreateTempSubdirectory("factory-test-").FullName;
        try
        {
            var ended = await Programs.Run(Programs.Host,
                ["--empty", "--data", data, "--port", $"{port}", "--agent-port", $"{free[0]}", "--silo-port", $"{free[1]}", "--gateway-port", $"{free[2]}"]);
            Assert.Equal(1, ended.Code);
            Assert.Contains($"127.0.0.1:{port}", ended.Errors, StringComparison.Ordinal);
            Assert.Contains("in use", ended.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task No_host_is_told_as_such()
    {
        var ended = await Programs.Run(Programs.Cli, ["top", "--server", $"http://127.0.0.1:{Programs.FreePorts(1)[0]}"]);
        Assert.Equal(3, ended.Code);
        Assert.Contains("dotnet run --project src/Host", ended.Errors, StringComparison.Ordinal);
    }
}
