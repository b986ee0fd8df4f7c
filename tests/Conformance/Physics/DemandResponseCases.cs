using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F12: what a grid event asks for and how it is judged.</summary>
internal static class DemandResponseCases
{
    public static object? Answer(string expectation, CaseInputs inputs) =>
        inputs.Has("trace") ? TraceCases.Answer(expectation, inputs) : expectation switch
        {
            "violations" => JobService.Violations(Jobs(inputs)),
            "all_met" or "ok" when inputs.Has("jobs") => JobService.Violations(Jobs(inputs)) == 0,
            "weighted_performance" or "qos" or "performance" or "weighted_qos" or "QoS" => JobService.Weighted(Jobs(inputs)),
            "required_ramp" => Request(inputs).RampWattsPerSecond,
            "max_allowed_power_kw_at_half_ramp" => Request(inputs).AllowedAt(Request(inputs).NoticeSeconds - Request(inputs).RampSeconds / 2).Kilowatts,
            "max_allowed_power" or "allowed" or "target_at_t" => Request(inputs).AllowedAt(inputs.Quantity("t", "time")).Value,
            "min_ramp_time" or "ramp_time" => Limit(inputs).SecondsBetween(inputs.Watts("p0", "from", "p_start"), inputs.Watts("p1", "to", "p_end")),
            "next" or "p_next" => Limit(inputs).Next(inputs.Watts("p0"), inputs.Watts("p1"), TimeSpan.FromSeconds(inputs.Quantity("dt", "step"))).Value,
            _ => MeterCases.Answer(expectation, inputs),
        };

    private static Curtailment Request(CaseInputs inputs)
    {
        var baseline = inputs.Watts("baseline", "P_base");
        var target = inputs.WattsOrNone("target") ?? baseline * (1 - (inputs.PlainOrNone("reduction", "cut", "cut_fraction") ?? 1 - inputs.Plain("target_fraction")));
        var notice = inputs.QuantityOrNone("notice") ?? inputs.Quantity("ramp");
        return new Curtailment(baseline, target, notice, inputs.QuantityOrNone("ramp") ?? notice);
    }

    private static RampLimit Limit(CaseInputs inputs) => new(inputs.Watts("ramp_limit", "limit", "max_ramp", "ramp_rate"));

    private static List<JobService> Jobs(CaseInputs inputs)
    {
        var floors = inputs.Node("floors", "flex_floors") as JsonObject;
        if (inputs.Node("jobs") is JsonArray jobs)
            return [.. jobs.Select(job => Job(inputs, floors, job as JsonObject ?? throw new CaseException("a job is not an object")))];
        var performances = inputs.Quantities("performance", "performances", "perf");
        var weights = inputs.QuantitiesOrNone("weights", "w", "gpus") ?? [.. performances.Select(_ => 1.0)];
        return [.. performances.Zip(weights, (performance, weight) => new JobService(performance, FlexClass.Flex3, weight))];
    }

    private static JobService Job(CaseInputs inputs, JsonObject? floors, JsonObject stated)
    {
        var fields = new CaseInputs(inputs.CaseId, stated, [], inputs.Folder);
        fields.Remark("id", "name", "model");
        var name = fields.TextOrNone("flex", "flexibility", "class");
        var floor = fields.PlainOrNone("floor") ?? (name is null ? 0
            : Stated(floors?[name] ?? inputs.Stated("parameters", "flex_floors", name)) ?? FlexClass.Find(name)?.Floor ?? throw new CaseException($"the class '{name}' is not known"));
        var made = new JobService(fields.Plain("performance", "perf"), new FlexClass(name ?? "", floor), fields.QuantityOrNone("weight", "w", "gpus") ?? 1);
        return fields.Unread.Count == 0 ? made : throw new CaseException($"a job's '{fields.Unread[0]}' is not known");
    }

    private static double? Stated(JsonNode? node) => node is null ? null : CaseInputs.Number(node, "floor");
}
