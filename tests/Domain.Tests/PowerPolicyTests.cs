using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Tests;

public class PowerPolicyTests
{
    /// <summary>Content of a policy, the field that is wrong, and words of the problem.</summary>
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "{gpus: [{model: H100-SXM5-80GB, limit: 150W}]}", "spec.gpus[0].limit", "does not accept a limit of 150 W" },
        { "{gpus: [{model: H100-SXM5-80GB, limit: 800W}]}", "spec.gpus[0].limit", "does not accept a limit of 800 W" },
        { "{gpus: [{model: GB300-GPU, percent: 30}]}", "spec.gpus[0].percent", "does not accept a limit of 420 W" },
        { "{gpus: [{model: H100-SXM5-80GB}]}", "spec.gpus[0]", "says no limit" },
        { "{gpus: [{model: H100-SXM5-80GB, percent: 80, limit: 500W}]}", "spec.gpus[0]", "gives both" },
        { "{gpus: [{model: H100-SXM5-80GB, percent: 80}, {model: H100-SXM5-80GB, percent: 70}]}", "spec.gpus[1].model", "given twice" },
        { "{gpus: [{model: H100-SXM5-81GB, percent: 80}]}", "spec.gpus[0].model", "is not a GPU model" },
        { "{nodes: [{type: GB200-compute-tray, limit: 2kW}]}", "spec.nodes[0].limit", "cannot be held to 2000 W" },
        { "{nodes: [{type: GB200-tray, limit: 5600W}]}", "spec.nodes[0].type", "is not a node type" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Refuses_a_policy_that_hardware_cannot_follow_with_its_place(string spec, string field, string problem)
    {
        var reading = Facility.With(Facility.Document("PowerPolicy", "eco", spec));
        var error = Assert.Single(reading.Errors);
        Assert.Equal((Facility.File, "PowerPolicy eco: " + field), (error.File, error.Field));
        Assert.True(error.Line > 0 && error.Expected.Length > 0, error.ToString());
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_is_declared_like_any_object_and_written_as_it_was_read()
    {
        var reading = Facility.With(Facility.Document("PowerPolicy", "eco", "{percent: 90, gpus: [{model: H100-SXM5-80GB, limit: 500W}], nodes: [{type: GB200-compute-tray, limit: 5600W}]}"));
        Assert.Empty(reading.Errors);
        var manifest = reading.Model!.Objects["PowerPolicy/eco"];
        var back = ManifestReader.Read(ManifestWriter.ToYaml(manifest), "back").Manifests[0];
        Assert.Equal(ManifestWriter.ToJson(manifest).ToJsonString(), ManifestWriter.ToJson(back).ToJsonString());
        Assert.Equal((90, "H100-SXM5-80GB"), (((PowerPolicySpec)back.Spec).Percent, ((PowerPolicySpec)back.Spec).Gpus[0].Model));
    }
}
