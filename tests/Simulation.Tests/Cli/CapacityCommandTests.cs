using System.Diagnostics;
using System.Text.Json;

namespace ControlPlane.Simulation.Tests.Cli;

/// <summary>factoryctl capacity plan as a process.</summary>
public sealed class CapacityCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("capacity").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Interrupted_it_leaves_the_plan_and_what_was_checked_until_then()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Signals are sent by kill.");
        // Twenty quarters with fifty seeds and failures all the time: nobody waits for their end.
        File.WriteAllText(At("site.yaml"), Site(20, ", failures: '20', seeds: 50"));
        using var process = Factoryctl.Start("capacity", "plan", "-f", At("site.yaml"), "--out", At("part"), "-o", "json");
        // It answers to a signal once it plans; before, it has nothing to leave.
        while (process.TotalProcessorTime < TimeSpan.FromSeconds(4) && !process.HasExited)
            process.WaitForExit(50);
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            kill.WaitForExit();
        var output = process.StandardOutput.ReadToEnd();
        Assert.Contains("stopped", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        using var report = JsonDocument.Parse(output);
        Assert.False(report.RootElement.GetProperty("isWhole").GetBoolean());
        Assert.Equal(output, File.ReadAllText(At("part", "plan.json")));
        Assert.Empty(Directory.GetFiles(At("part"), "*.part"));
    }

    [Fact]
    public void The_same_file_writes_the_same_bytes_and_says_by_its_code_whether_it_fits()
    {
        File.WriteAllText(At("site.yaml"), Site(1, ", failures: rsc1, seeds: 2"));
        foreach (var name in new[] { "one", "two" })
        {
            var run = Factoryctl.Run("capacity", "plan", "-f", At("site.yaml"), "--out", At(name));
            Assert.True(run.Code == 0, run.Errors);
            Assert.StartsWith("fits: ", run.Output, StringComparison.Ordinal);
        }
        var files = Directory.GetFiles(At("one")).Select(Path.GetFileName).ToList();
        Assert.Contains("twin_failures.parquet", files);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(At("one", file!)), File.ReadAllBytes(At("two", file!))));
        File.WriteAllText(At("site.yaml"), Site(1, "").Replace("positions: 20", "positions: 2", StringComparison.Ordinal));
        Assert.Equal(1, Factoryctl.Run("capacity", "plan", "-f", At("site.yaml")).Code);
        File.WriteAllText(At("site.yaml"), Site(1, ", failures: often"));
        var wrong = Factoryctl.Run("capacity", "plan", "-f", At("site.yaml"));
        Assert.True(wrong.Code == 2 && wrong.Errors.Contains("site.yaml:4:", StringComparison.Ordinal), wrong.Errors);
    }

    private string At(params string[] names) => Path.Combine([_folder, .. names]);

    private static string Site(int quarters, string more) => $$"""
        apiVersion: factory/v1
        kind: CapacityPlan
        metadata: {name: small}
        spec: {firstQuarter: 2027Q1, quarters: {{quarters}}, asOf: 2026-11-26T00:00:00Z, gridConnection: 20MW, pue: 1.2, sparesPercent: 10, sustainedPercent: 100, trainingGoodputPercent: 90, surviveFeedPercent: 0, surviveLoopPercent: 0, surviveLeafPercent: 0, drawPercent: 80, dollarsPerKilowattHour: 0.1, writeOffYears: 4, solverSeconds: 5{{more}} }
        ---
        {apiVersion: factory/v1, kind: Site, metadata: {name: here}, spec: {jurisdiction: us-tx} }
        ---
        {apiVersion: factory/v1, kind: Hall, metadata: {name: hall}, spec: {site: here} }
        ---
        {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: busway}, spec: {hall: hall, type: busway, rating: 3MW} }
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: cdu}, spec: {hall: hall, type: liquid, capacity: 3MW} }
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: air}, spec: {hall: hall, type: air, capacity: 3MW} }
        ---
        {apiVersion: factory/v1, kind: RackRow, metadata: {name: row}, spec: {hall: hall, powerDomain: busway, liquidLoop: cdu, airZone: air, positions: 20} }
        ---
        {apiVersion: factory/v1, kind: RackOffer, metadata: {name: gb200}, spec: {type: GB200-NVL72, dollars: 3000000, leadTime: 30d} }
        ---
        {apiVersion: factory/v1, kind: ServingDemand, metadata: {name: chat}, spec: {tenant: one, model: llama2-70b, context: 2048, tokensPerSecond: 3000000} }
        """;
}
