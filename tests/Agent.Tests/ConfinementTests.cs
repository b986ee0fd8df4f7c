using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

using ControlPlane.Agent.Tenants;
using ControlPlane.Hardware.Devices;

namespace ControlPlane.Agent.Tests;

/// <summary>What a program can do once the launcher has confined it, tried by a shell in a kernel's place.</summary>
public sealed class ConfinementTests : IDisposable
{
    private const int Killed = 128 + 9;

    private readonly string _folder = Directory.CreateTempSubdirectory("factory-confined-").FullName;
    private readonly string _socketPath;
    private readonly string _memoryPath;
    private readonly Socket _agent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ConfinementTests()
    {
        (_socketPath, _memoryPath) = (Path.Combine(_folder, "socket"), Path.Combine(_folder, "memory"));
        _agent.Bind(new UnixDomainSocketEndPoint(_socketPath));
        _agent.Listen(16);
        File.WriteAllBytes(_memoryPath, new byte[4096]);
        File.SetUnixFileMode(_memoryPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose()
    {
        _agent.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableTheory]
    [InlineData("exec 9<>/dev/tcp/127.0.0.1/{port}")]
    [InlineData("exec 9<>/dev/udp/127.0.0.1/{port}")]
    [InlineData("read -r line < {folder}/journal")]
    [InlineData("echo changed > {folder}/journal")]
    [InlineData("echo new > /tmp/factory-written-{port}")]
    [InlineData("echo new > /dev/shm/factory-written-{port}")]
    [InlineData("cd {folder}")]
    [InlineData("kill -0 {agent}")]
    [InlineData("read -r line < /proc/{agent}/environ")]
    [InlineData("read -r line < /etc/shadow")]
    [InlineData("echo 1 > /proc/sys/kernel/core_pattern")]
    [InlineData("ulimit -d unlimited")]
    [InlineData("ulimit -t unlimited")]
    [InlineData("ulimit -c 1")]
    public async Task Refuses(string command)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await File.WriteAllTextAsync(Path.Combine(_folder, "journal"), "the agent's\n");
        File.SetUnixFileMode(Path.Combine(_folder, "journal"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var words = command.Replace("{port}", port, StringComparison.Ordinal).Replace("{folder}", _folder, StringComparison.Ordinal)
            .Replace("{agent}", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

        var (status, said) = await RunAsync($"{{ {words}; }} 2>/dev/null && echo did it >&2 || echo refused >&2");

        Assert.Equal((0, "refused"), (status, said));
        Assert.False(listener.Pending());
        // Without a namespace of files an empty one can be made, and nothing be written to it.
        foreach (var written in new[] { $"/tmp/factory-written-{port}", $"/dev/shm/factory-written-{port}" }.Where(File.Exists))
        {
            Assert.Equal(0, new FileInfo(written).Length);
            File.Delete(written);
        }
    }

    [SkippableFact]
    public async Task The_same_shell_may_do_all_of_that_without_the_launcher()
    {
        RequireLauncher();
        await File.WriteAllTextAsync(Path.Combine(_folder, "journal"), "the agent's\n");
        using var free = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $"read -r line < {_folder}/journal && kill -0 {Environment.ProcessId} && cd {_folder} && (true)"]))!;
        await free.WaitForExitAsync();
        Assert.Equal(0, free.ExitCode);
    }

    [SkippableFact]
    public async Task Starts_no_processes()
    {
        var (_, said) = await RunAsync("(echo child >&2)");
        Assert.Contains("Operation not permitted", said, StringComparison.Ordinal);
        Assert.DoesNotContain("child", said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Has_the_agent_s_socket_and_memory_and_nothing_else()
    {
        // The shell opens the folder itself as one more while it lists it.
        var (status, said) = await RunAsync("cd /proc/self/fd; echo * >&2");
        Assert.Equal(0, status);
        Assert.Subset(new HashSet<string>(["0", "1", "2", "3", "4", "5", "255"]), said.Split(' ').ToHashSet());
        Assert.Superset(new HashSet<string>(["3", "4"]), said.Split(' ').ToHashSet());

        (status, _) = await RunAsync("echo hello >&3");
        using var connected = await AcceptLastAsync();
        var bytes = new byte[16];
        Assert.Equal((0, "hello\n"), (status, System.Text.Encoding.ASCII.GetString(bytes, 0, await connected.ReceiveAsync(bytes))));
    }

    [SkippableTheory]
    [InlineData("while :; do :; done", TenantLauncher.ExitCpu)]
    [InlineData("exec sleep 60", TenantLauncher.ExitTime)]
    [InlineData("kill -9 $$", Killed)]
    [InlineData("exit 7", 7)]
    public async Task Says_how_it_ended(string command, int status) =>
        Assert.Equal(status, (await RunAsync(command, cpuSeconds: 1, seconds: command.Contains("sleep", StringComparison.Ordinal) ? 1 : 60)).Status);

    [SkippableFact]
    public async Task Gets_no_more_memory_than_its_limit()
    {
        const string take = "printf -v large '%*s' {0} ''; echo ${{#large}} >&2";
        Assert.Equal("20000000", (await RunAsync(string.Format(CultureInfo.InvariantCulture, take, 20_000_000))).Said);
        Assert.NotEqual("200000000", (await RunAsync(string.Format(CultureInfo.InvariantCulture, take, 200_000_000))).Said);
    }

    [SkippableFact]
    public async Task Memory_that_is_shared_counts_too()
    {
        Skip.If(!File.Exists("/usr/bin/perl") || RuntimeInformation.ProcessArchitecture != Architecture.X64, "the system calls of this test are perl's on x64");
        // mmap of 200 MiB, shared and without a file, and zeros read into it; far fewer are let be.
        const string take = "exec perl -e 'open(Z, \"/dev/zero\"); $n = {0} << 20; $p = syscall(9, 0, $n, 3, 0x21, -1, 0); syscall(0, fileno(Z), $p, $n); sleep({1})'";
        Assert.Equal(0, (await RunAsync(string.Format(CultureInfo.InvariantCulture, take, 20, 1))).Status);
        Assert.Equal(TenantLauncher.ExitMemory, (await RunAsync(string.Format(CultureInfo.InvariantCulture, take, 200, 60))).Status);
    }

    [SkippableFact]
    public async Task What_cannot_be_confined_does_not_run()
    {
        RequireLauncher();
        Assert.Equal(TenantLauncher.ExitSetup, (await RunAsync("echo ran >&2", user: "0")).Status);
        Assert.Equal(TenantLauncher.ExitSetup, (await RunAsync("echo ran >&2", program: "/nonexistent")).Status);
        Assert.DoesNotContain("ran", (await RunAsync("echo ran >&2", user: "0")).Said, StringComparison.Ordinal);
        foreach (var bad in new[] { new[] { "--memory", "-1" }, ["--memory", "99999999999999999999999"], ["--user"], ["--unknown", "1"], [] })
            Assert.Equal(TenantLauncher.ExitSetup, (await LaunchAsync(bad)).Status);
    }

    private static void RequireLauncher()
    {
        TenantTests.RequireRoot();
        RunningAgent.RequireNative();
    }

    private async Task<(int Status, string Said)> RunAsync(string command, string user = "65534", string program = "/bin/bash", int cpuSeconds = 60, int seconds = 60)
    {
        RequireLauncher();
        return await LaunchAsync([
            "--user", user, "--group", "65534", "--memory", (128 << 20).ToString(CultureInfo.InvariantCulture), "--cpu-seconds", cpuSeconds.ToString(CultureInfo.InvariantCulture),
            "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--socket", _socketPath, "--shared", _memoryPath, "--", program, "-c", command,
        ]);
    }

    private static async Task<(int Status, string Said)> LaunchAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(DeviceCatalogue.ConfineProgram!, arguments) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said.Trim());
    }

    // Those before it have ended, and are waiting to be taken all the same.
    private async Task<Socket> AcceptLastAsync()
    {
        using var first = await _agent.AcceptAsync();
        return await _agent.AcceptAsync();
    }
}
