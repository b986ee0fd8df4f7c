using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.Tests.Capacity;

/// <summary>
/// One hall with two rows of equal make, each on its own busway and loops. A GB200 NVL72 rack makes 18 x 48,056 tokens/s
/// and may draw 124,304 W.
/// </summary>
internal sealed record SmallSite
{
    public const long NodeRate = 4 * 12_014;

    public string Grid { get; init; } = "20MW";

    public int Quarters { get; init; } = 2;

    public int Spares { get; init; }

    public int KeepFeed { get; init; }

    public int KeepLoop { get; init; }

    public int KeepLeaf { get; init; }

    public int Positions { get; init; } = 20;

    public string Busway { get; init; } = "3MW";

    public string BackedBy { get; init; } = "";

    public string PerQuarter { get; init; } = "";

    public long Tokens { get; init; } = 3_000_000;

    public bool SecondType { get; init; }

    public string LeadTime { get; init; } = "30d";

    public string More { get; init; } = "";

    public string Twin { get; init; } = "";

    public string Text => $$$"""
        apiVersion: factory/v1
        kind: CapacityPlan
        metadata: {name: small}
        spec: {firstQuarter: 2027Q1, quarters: {{{Quarters}}}, asOf: 2026-11-26T00:00:00Z, gridConnection: {{{Grid}}}, pue: 1.2, sparesPercent: {{{Spares}}}, sustainedPercent: 100, trainingGoodputPercent: 90, surviveFeedPercent: {{{KeepFeed}}}, surviveLoopPercent: {{{KeepLoop}}}, surviveLeafPercent: {{{KeepLeaf}}}, drawPercent: 80, dollarsPerKilowattHour: 0.1, writeOffYears: 4, solverSeconds: 5{{{Twin}}} }
        ---
        {apiVersion: factory/v1, kind: Site, metadata: {name: here}, spec: {jurisdiction: us-tx}}
        ---
        {apiVersion: factory/v1, kind: Hall, metadata: {name: hall}, spec: {site: here}}
        ---
        {apiVersion: factory/v1, kind: Fabric, metadata: {name: fabric}, spec: {hall: hall, type: infiniband, racksPerLeaf: 2, leafUplink: 57.6Tbps}}
        ---
        {{{Row("a", "b")}}}
        ---
        {{{Row("b", "a")}}}
        ---
        {apiVersion: factory/v1, kind: RackOffer, metadata: {name: gb200}, spec: {type: GB200-NVL72, dollars: 3000000, leadTime: {{{LeadTime}}}{{{PerQuarter}}} }}
        ---
        {{{(SecondType ? Second : "")}}}
        {apiVersion: factory/v1, kind: ServingDemand, metadata: {name: chat}, spec: {tenant: one, model: llama2-70b, context: 2048, tokensPerSecond: {{{Tokens}}} }}
        {{{(More.Length > 0 ? "---\n" + More : "")}}}
        """;

    public CapacityQuestion Question => Read(Text);

    public static CapacityQuestion Read(string text, TextReader? beside = null)
    {
        var reading = PlanReader.Read(text, "demand.yaml", HardwareCatalogue.Default, beside is null ? null : _ => beside);
        Assert.Empty(reading.Errors);
        return reading.Question!;
    }

    public static IReadOnlyList<string> Verify(CapacityQuestion question, RackPlan plan) => CapacityCheck.Verify(question, plan, HardwareCatalogue.Default);

    private string Second => $$$"""
        {apiVersion: factory/v1, kind: RackOffer, metadata: {name: b200}, spec: {type: DGX-B200-x4, dollars: 2000000, leadTime: {{{LeadTime}}} }}
        ---
        """;

    private string Row(string name, string other) => $$$"""
        {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: busway-{{{name}}} }, spec: {hall: hall, type: busway, rating: {{{Busway}}}{{{(BackedBy.Length > 0 ? $", backedBy: [busway-{other}]" : "")}}} }}
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: cdu-{{{name}}} }, spec: {hall: hall, type: liquid, capacity: 3MW}}
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: air-{{{name}}} }, spec: {hall: hall, type: air, capacity: 3MW}}
        ---
        {apiVersion: factory/v1, kind: RackRow, metadata: {name: row-{{{name}}} }, spec: {hall: hall, powerDomain: busway-{{{name}}}, liquidLoop: cdu-{{{name}}}, airZone: air-{{{name}}}, fabric: fabric, positions: {{{Positions}}} }}
        """;
}
