using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using ControlPlane.Planning.WhatIf;

namespace ControlPlane.Planning.Tests.Capacity;

/// <summary>Plans whose tokens/s were measured on a device, in place of published figures.</summary>
public sealed class DeviceCurveTests
{
    // A token made of 12,000 a second and one read of 60,000: 10,000 a second. At 600 W 9,600 and 24,000.
    private const string Curve = """
        apiVersion: factory/v1
        kind: DeviceCurve
        metadata: {name: measured}
        spec:
          model: llama2-70b
          device: NVIDIA GB200
          gpu: GB200-GPU
          measuredAt: 2026-11-26T10:00:00Z
          points:
            - {phase: decode, batch: 1, tokens: 2048, limit: 1200W, tokensPerSecond: 100, joulesPerToken: 6}
            - {phase: decode, batch: 64, tokens: 2048, limit: 1200W, tokensPerSecond: 12000, joulesPerToken: 0.08}
            - {phase: decode, batch: 64, tokens: 4096, limit: 1200W, tokensPerSecond: 6000, joulesPerToken: 0.16}
            - {phase: prefill, batch: 1, tokens: 1024, limit: 1200W, tokensPerSecond: 60000, joulesPerToken: 0.02}
            - {phase: decode, batch: 64, tokens: 2048, limit: 600W, tokensPerSecond: 9600, joulesPerToken: 0.05}
            - {phase: prefill, batch: 1, tokens: 1024, limit: 600W, tokensPerSecond: 24000, joulesPerToken: 0.02}
        """;

    [Theory]
    [InlineData("", 2048, 10_000)]
    [InlineData(", promptPerToken: 0", 2048, 12_000)]
    [InlineData(", promptPerToken: 5", 2048, 6_000)]
    [InlineData(", batch: 1", 2048, 99)]
    [InlineData("", 4096, 5_454)] // 1 / (1 / 6,000 + 1 / 60,000)
    public void Reading_prompts_and_writing_tokens_share_the_device(string more, int context, long rate)
    {
        var way = Assert.Single(Question(more, context, Curve).Needs, need => need.Context == context).Ways[0]!;
        Assert.Equal(4 * rate, way.Rate);
        Assert.StartsWith("test; curve.yaml: NVIDIA GB200 with the shape of llama2-70b on 2026-11-26", way.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void It_goes_before_a_published_figure_and_a_plan_holds_with_it()
    {
        var question = Question("", 2048, Curve);
        Assert.Contains("0.1 J/token", question.Needs[0].Ways[0]!.Source, StringComparison.Ordinal);
        var report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out var plan);
        Assert.True(report.Fits);
        Assert.Empty(SmallSite.Verify(question, plan!));
        // 3,000,000 tokens/s at 720,000 a rack, where the published 12,014 a GPU ask for no more than four.
        Assert.Equal(5, plan!.Racks[0].Sum(row => row.Sum()));
    }

    [Fact]
    public void Lowered_power_costs_what_was_measured_on_the_device()
    {
        var measured = Question("", 2048, Curve);
        var way = measured.Needs[0].Ways[0]!;
        // 1 / (1 / 9,600 + 1 / 24,000) is 6,857 of 10,000.
        Assert.Equal(0.6857, way.Curve!.Under(Domain.Units.Watts.FromWatts(600)).Throughput, 1e-4);
        var flat = Curve.Replace("600W, tokensPerSecond: 9600, joulesPerToken: 0.05", "600W, tokensPerSecond: 12000, joulesPerToken: 0.05", StringComparison.Ordinal)
            .Replace("600W, tokensPerSecond: 24000", "600W, tokensPerSecond: 60000", StringComparison.Ordinal);
        Assert.True(Served(Question("", 2048, flat)) > Served(measured));
    }

    [Theory]
    [InlineData("gpu: GB200-GPU", "gpu: H200-SXM-141GB", "", "curve.yaml:7:3: DeviceCurve measured: spec.gpu: is H200-SXM-141GB, and GB200-NVL72 has GB200-GPU; name the curve of a GB200-GPU")]
    [InlineData("  gpu: GB200-GPU\n", "", "", "nothing says that a \"NVIDIA GB200\" is a GB200-GPU")]
    [InlineData("phase: decode", "phase: prefill", "", "spec.curve: 'curve.yaml' has no decode at a context of 2048 or more")]
    [InlineData("phase: prefill", "phase: decode", "", "spec.points: has no prefill; probe with a prompt")]
    [InlineData("prefill, batch: 1, tokens: 1024, limit: 1200W", "prefill, batch: 1, tokens: 1024, limit: 900W", "", "has no prefill at the highest limit")]
    [InlineData("tokensPerSecond: 12000", "tokensPerSecond: -1", "", "curve.yaml:11:")]
    [InlineData("", "", ", batch: 7", "no decode of batch 7 at a context of 2048 or more; known are: batch 1 at 2048, batch 64 at 2048, batch 64 at 4096")]
    [InlineData("", "", ", tokensPerSecond: 9", "spec.tokensPerSecond: is given beside curve; give one of them")]
    [InlineData("tokensPerSecond: 12000", "tokensPerSecond: 0.5", ", batch: 64", "comes to 0.5 tokens/s")]
    [InlineData("kind: DeviceCurve", "kind: Job", "", "curve.yaml:2")]
    public void Says_what_is_wrong_with_a_curve_and_where(string old, string now, string more, string message)
    {
        var curve = old.Length == 0 ? Curve : Curve.ReplaceLineEndings("\n").Replace(old, now, StringComparison.Ordinal);
        var reading = PlanReader.Read(Text(more, 2048), "demand.yaml", HardwareCatalogue.Default, _ => new StringReader(curve));
        Assert.Null(reading.Question);
        Assert.Contains(message, string.Join('\n', reading.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpus: 2, curve: curve.yaml", "spec.gpus: a curve is of one device, and the replica has 2 GPUs")]
    [InlineData("gpus: 1", "spec.tokensPerSecond: is missing; give the tokens/s of one replica, or a curve")]
    [InlineData("gpus: 1, tokensPerSecond: 5, batch: 3", "spec.batch: says how a curve is read, and none is named")]
    [InlineData("gpus: 1, tokensPerSecond: 5, promptPerToken: 3", "spec.promptPerToken: says how a curve is read, and none is named")]
    public void A_figure_is_stated_or_measured(string figure, string message)
    {
        var reading = PlanReader.Read(Text("", 2048).Replace("gpus: 1, curve: curve.yaml", figure, StringComparison.Ordinal), "demand.yaml", HardwareCatalogue.Default, _ => new StringReader(Curve));
        Assert.Contains(message, string.Join('\n', reading.Errors), StringComparison.Ordinal);
    }

    private static double Served(CapacityQuestion question)
    {
        ReportBuilder.Answer(question, HardwareCatalogue.Default, out var plan);
        return CurtailmentAnswer.Of(question, plan!, 0, "event", new CurtailmentSpec { Percent = 40, For = TimeSpan.FromHours(2) }, HardwareCatalogue.Default).ServedPercent;
    }

    private static CapacityQuestion Question(string more, int context, string curve) => SmallSite.Read(Text(more, context), new StringReader(curve));

    private static string Text(string more, int context) => new SmallSite
    {
        Quarters = 1,
        More = $$$"""
            {apiVersion: factory/v1, kind: Throughput, metadata: {name: own}, spec: {model: llama2-70b, context: {{{context}}}, rackType: GB200-NVL72, gpus: 1, curve: curve.yaml, source: test{{{more}}} }}
            """,
    }.Text.Replace("context: 2048, tokensPerSecond", $"context: {context}, tokensPerSecond", StringComparison.Ordinal);
}
