using System.Diagnostics;
using System.Globalization;

using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;

using ProgramWork = ControlPlane.Domain.Jobs.ProgramWork;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace ControlPlane.Agent.Tests;

/// <summary>Tenants' own kernels on a real agent: what they come to, as whom they run, and what their faults do to others.</summary>
public sealed class TenantTests
{
    private const string Store = "st.global.f32 [%rd4], %f4;";

    [SkippableFact]
    public async Task A_tenant_s_kernel_comes_to_what_the_catalogue_s_comes_to()
    {
        RequireRoot();
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartForTenants(host);
        var stream = await host.AcceptAsync();
        var expected = await ByCatalogue(Example());

        var report = await stream.RunAsync(LeaseOf("waves", 1, Example()));

        Assert.True(report.Succeeded, report.Error);
        Assert.Equal((expected.Checksum, expected.State.LastLoss, expected.State.Done), (report.Checksum, report.LastLoss, (long)report.Repetitions));
        Assert.Equal((0U, "waves", 1L), (report.Device, report.Job, report.Generation));
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 2))).Succeeded);
    }

    [SkippableFact]
    public async Task It_runs_as_another_user_without_rights_and_is_gone_afterwards()
    {
        RequireRoot();
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartForTenants(host);
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(LeaseOf("waves", 1, Example(long.MaxValue)))).Accepted);
        var sample = await stream.SampleAsync(sample => sample.Device == 0 && sample.HasProgress);
        Assert.True(sample.JobMemoryBytes >= 32_000, "its memory is shown");

        var process = agent.TenantProcess();
        var status = (await File.ReadAllLinesAsync($"/proc/{process}/status")).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        Assert.Equal(4, status["Uid"].Split('\t').Count(user => user == "65534"));
        Assert.Equal(4, status["Gid"].Split('\t').Count(group => group == "65534"));
        Assert.Equal(("", "1", "2"), (status["Groups"], status["NoNewPrivs"], status["Seccomp"]));
        Assert.Equal((0UL, 0UL), (Bits(status["CapEff"]), Bits(status["CapPrm"])));
        Assert.DoesNotContain("PATH=", await File.ReadAllTextAsync($"/proc/{process}/environ"), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles($"/proc/{process}/fd").Select(fd => new FileInfo(fd).LinkTarget ?? ""), target => target.Contains("factory-agent-test-", StringComparison.Ordinal));

        await stream.SendAsync(new() { Stop = new() { Job = "waves", Generation = 1 } });
        var report = await stream.ReportAsync();
        await stream.AcknowledgeAsync(report);
        Assert.Equal("stopped", report.ErrorCode);
        Assert.False(RunningAgent.IsAlive(process));
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 2))).Succeeded);
    }

    [SkippableTheory]
    [InlineData(Store, "st.global.f32 [%rd3], %f4;", "cuda-700", "ILLEGAL_ADDRESS")]
    [InlineData(Store, "trap;", "cuda-719", "LAUNCH_FAILED")]
    [InlineData(Store, "$again:\nbra $again;", "timed-out", "did not end within")]
    [InlineData("fma.rn.f32", "fma.up.f32", "cuda-218", "opcode fma.up.f32")]
    [InlineData("sm_80", "sm_90", "bad-parameter", "is for sm_90")]
    public async Task Its_faults_are_its_own(string found, string put, string code, string words)
    {
        RequireRoot();
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartForTenants(host, null, "--restart-limit", "1");
        var stream = await host.AcceptAsync();
        var broken = Changed(Example(), found, put);
        for (var generation = 1; generation <= 3; generation++)
        {
            var lease = LeaseOf("broken", generation, broken);
            lease.Program.TimeoutSeconds = code == "timed-out" ? 3U : 60U;
            Assert.True((await stream.LeaseAsync(lease)).Accepted);
            if (generation == 1)
            {
                // Meanwhile another device of the node is at work.
                var beside = RunningAgent.Lease("beside", 1);
                beside.Device = 1;
                Assert.True((await stream.LeaseAsync(beside)).Accepted);
            }
            for (var due = generation == 1 ? 2 : 1; due > 0; due--)
            {
                var report = await stream.ReportAsync();
                await stream.AcknowledgeAsync(report);
                Assert.Equal(report.Job == "beside" ? "" : code, report.ErrorCode);
                if (report.Job == "broken")
                    Assert.Contains(words, report.Error, StringComparison.Ordinal);
            }
        }
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 4))).Succeeded);
        Assert.Equal(DeviceHealth.Healthy, (await stream.SampleAsync(sample => sample.Device == 0)).Health);
    }

    [SkippableFact]
    public async Task It_draws_no_more_than_its_lease_allows_by_the_executor_that_may_set_limits()
    {
        RequireRoot();
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartForTenantsWithSensors(host, ("MILLIWATTS", "650000"), ("LIMIT_RANGE", "200000:700000"));
        var stream = await host.AcceptAsync();
        var slow = LeaseOf("slow", 1, Example(long.MaxValue));
        slow.CapWatts = 400;
        Assert.True((await stream.LeaseAsync(slow)).Accepted);
        await stream.SampleAsync(sample => sample is { LimitWatts: 400, LeaseCapWatts: 400, HasProgress: true });
        await stream.SendAsync(new() { Stop = new() { Job = "slow", Generation = 1 } });
        await stream.AcknowledgeAsync(await stream.ReportAsync());
        await stream.SampleAsync(sample => sample is { LimitWatts: 700, LeaseCapWatts: 0 });

        var low = LeaseOf("low", 2, Example());
        low.CapWatts = 150; // The card accepts 200 W at least.
        var report = await stream.RunAsync(low);
        Assert.Equal("no-power-limit", report.ErrorCode);
        Assert.Contains("accepts 200 W at least", report.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task It_takes_no_more_memory_of_the_node_than_it_may()
    {
        RequireRoot();
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartForTenants(host, null, "--tenant-memory", "512");
        var stream = await host.AcceptAsync();
        // The double's device memory is the process's own.
        var large = Example() with { Memory = null };
        large = large with { Buffers = [.. large.Buffers, new("large", ElementType.Float32, 200_000_000, default)] };
        Assert.Equal("cuda-2", (await stream.RunAsync(LeaseOf("large", 1, large))).ErrorCode);
        Assert.True((await stream.RunAsync(LeaseOf("waves", 2, Example()))).Succeeded);
        Assert.Equal(DeviceHealth.Healthy, (await stream.SampleAsync(sample => sample.Device == 0)).Health);
    }

    [SkippableFact]
    public async Task Killed_it_goes_on_from_its_checkpoint()
    {
        RequireRoot();
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartForTenants(host);
        var stream = await host.AcceptAsync();
        var program = Example(2_000);
        var expected = await ByCatalogue(program);
        Assert.True((await stream.LeaseAsync(LeaseOf("waves", 1, program))).Accepted);
        await stream.SampleAsync(sample => sample is { Device: 0, HasProgress: true, Progress: > 0 });
        Process.GetProcessById(agent.TenantProcess()).Kill();

        var report = await stream.ReportAsync();

        Assert.True(report.Succeeded, report.Error);
        Assert.InRange(report.WentOnFrom, 1, expected.State.Done - 1);
        Assert.Equal(expected.Checksum, report.Checksum);
        var kept = agent.JournalFile + "-checkpoints";
        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(kept)); // rwx------
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(agent.JournalFile));
    }

    [SkippableFact]
    public async Task It_ends_with_an_agent_that_is_killed()
    {
        RequireRoot();
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartForTenants(host);
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(LeaseOf("hung", 1, Changed(Example(), Store, "$again:\nbra $again;")))).Accepted);
        await stream.SampleAsync(sample => sample is { Device: 0, HasJobMemoryBytes: true });
        var process = agent.TenantProcess();
        await agent.KillAsync();
        using var limit = new CancellationTokenSource(FakeHost.Patience);
        while (RunningAgent.IsAlive(process))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [SkippableFact]
    public async Task An_agent_without_a_user_for_tenants_or_without_a_GPU_refuses_and_says_why()
    {
        await using var host = await FakeHost.StartAsync();
        await using (RunningAgent.Start(host, "cuda"))
        {
            var answer = await (await host.AcceptAsync()).LeaseAsync(LeaseOf("waves", 1, Example()));
            Assert.Equal((false, false), (answer.Accepted, answer.IsElsewhere));
            Assert.Contains("started without --tenant-user", answer.Reason, StringComparison.Ordinal);
        }
        RequireRoot();
        await using var cpu = RunningAgent.Start(host, "cpu", null, "--tenant-user", RunningAgent.Tenant);
        Assert.Contains("needs a CUDA device", (await (await host.AcceptAsync()).LeaseAsync(LeaseOf("waves", 1, Example()))).Reason, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("root", "it has the rights of root")]
    [InlineData("no-such-user", "this machine has no such user")]
    [InlineData(RunningAgent.Tenant, "it can read")]
    public async Task A_user_that_confines_nothing_stops_the_agent_s_start(string user, string words)
    {
        RequireRoot();
        RunningAgent.RequireNative();
        var folder = Directory.CreateTempSubdirectory("factory-agent-open-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ed); // rwxr-xr-x
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), "a secret that anybody can read");
        using var process = Process.Start(new ProcessStartInfo("dotnet", RunningAgent.Arguments(new("http://127.0.0.1:9"), "cuda", folder).Concat(["--tenant-user", user])) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(words, errors, StringComparison.Ordinal);
    }

    internal static void RequireRoot()
    {
        Skip.If(!Tenants.TenantUser.CanBecomeOthers, "only root can start another user's process");
        foreach (var start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(Environment.ProcessPath)! })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                Skip.If(!folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute), $"another user cannot read what is in {folder}");
        }
    }

    private static ulong Bits(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static Lease LeaseOf(string job, long generation, ProgramWork program) => new() { Job = job, Generation = generation, Program = ProgramMessages.Of(program) };

    private static ProgramWork Changed(ProgramWork program, string found, string put)
    {
        Assert.Contains(found, program.Kernels[0].Ptx, StringComparison.Ordinal);
        return program with { Kernels = [program.Kernels[0] with { Ptx = program.Kernels[0].Ptx.Replace(found, put, StringComparison.Ordinal) }] };
    }

    private static ProgramWork Example(long times = 20)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ControlPlane.sln")))
            folder = folder.Parent;
        var reading = ManifestReader.Read(File.ReadAllText(Path.Combine(folder.FullName, "infra", "examples", "jobs", "tenant-kernel.yaml")), "tenant-kernel.yaml");
        var program = (ProgramWork)JobSpecs.From(Assert.Single(reading.Manifests), HardwareCatalogue.Default, [])!.Work;
        return program with { Steps = [(LoopStep)program.Steps[0] with { Times = Math.Min(times, 300_000_000) }, program.Steps[1]] };
    }

    // The same by kernels of the catalogue, which are compared with plain references elsewhere.
    private static async Task<ProgramResult> ByCatalogue(ProgramWork program)
    {
        using var device = DeviceCatalogue.Open("cpu:0");
        return await ProgramRun.RunAsync(device, program with { Kernels = [], Steps = [.. program.Steps.Select(Catalogued)] }, new NoCheckpoints(), null, default);

        static Domain.Jobs.ProgramStep Catalogued(Domain.Jobs.ProgramStep step) => step switch
        {
            LoopStep loop => loop with { Steps = [.. loop.Steps.Select(Catalogued)] },
            KernelStep kernel => new KernelStep(
                "axpy", [new("y", kernel.Buffers.First(bound => bound.Parameter == "next").Buffer), new("x", kernel.Buffers.First(bound => bound.Parameter == "now").Buffer)],
                [new("n", 4000)], [new("factor", kernel.Scalars.First(scalar => scalar.Name == "rate").Value)], null),
            _ => step,
        };
    }
}
