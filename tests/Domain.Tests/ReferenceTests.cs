using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Tests;

/// <summary>What is wrong between objects that are each right.</summary>
public class ReferenceTests
{
    private static readonly string OtherHall =
        Facility.Document("Hall", "hall-b", "{site: site}") + Facility.Document("PowerDomain", "feed-b", "{hall: hall-b, type: feed, rating: 1MW}");

    public static TheoryData<string, string, string, string> Refused => new()
    {
        { Rack("powerDomain: nowhere, airZone: air"), "Rack racks: spec.powerDomain", "there is no PowerDomain 'nowhere'", "use one of: feed" },
        { OtherHall + Rack("powerDomain: feed-b, airZone: air"), "Rack racks: spec.powerDomain", "'feed-b' is in hall 'hall-b', this object in hall 'hall-a'", "name one of the same hall" },
        { Rack("powerDomain: feed, airZone: cdu"), "Rack racks: spec.airZone", "CoolingLoop 'cdu' is liquid, not air", "name one of type air" },
        { Rack("powerDomain: feed, airZone: air, liquidLoop: air", "GB200-NVL72"), "Rack racks: spec.liquidLoop", "CoolingLoop 'air' is air, not liquid", "name one of type liquid" },
        { Rack("powerDomain: feed, airZone: air, fabric: fabrik"), "Rack racks: spec.fabric", "there is no Fabric 'fabrik'", "did you mean 'fabric'?" },
        { Facility.Document("Queue", "vision", "{parent: reserch}"), "Queue vision: spec.parent", "there is no Queue 'reserch'", "did you mean 'research'?" },
        { Facility.Document("Queue", "self", "{parent: self}"), "Queue self: spec.parent", "makes a circle: self < self", "a tree has a root without parent" },
        { Facility.Document("PowerDomain", "b", "{hall: hall-a, type: ups, rating: 1MW, backedBy: [fed]}"), "PowerDomain b: spec.backedBy[0]", "there is no PowerDomain 'fed'", "did you mean 'feed'?" },
        { OtherHall + Facility.Document("PowerDomain", "b", "{hall: hall-a, type: ups, rating: 1MW, backedBy: [feed-b]}"), "PowerDomain b: spec.backedBy[0]", "'feed-b' is in hall 'hall-b'", "name one of the same hall" },
        { Facility.Document("PowerDomain", "b", "{hall: hall-a, type: ups, rating: 1MW, parent: feed, backedBy: [feed]}"), "PowerDomain b: spec.backedBy[0]", "above or below it, and fails with it", "on another branch" },
        { Facility.Document("PowerDomain", "b", "{hall: hall-a, type: ups, rating: 1MW, backedBy: [feed, feed]}"), "PowerDomain b: spec.backedBy[1]", "named twice", "once" },
        { Facility.Document("PowerDomain", "b", "{hall: hall-a, type: ups, rating: 1MW, oversubscription: 1.2, backedBy: [feed]}"), "PowerDomain b: spec.oversubscription", "room is kept for its failure", "leave out oversubscription, or backedBy" },
        { Facility.Document("PowerDomain", "c", "{hall: hall-a, type: ups, rating: 1MW, backedBy: [b]}") + Facility.Document("PowerDomain", "b", "{hall: hall-a, type: ups, rating: 1MW, oversubscription: 1.2}"), "PowerDomain b: spec.oversubscription", "room is kept for the failure of 'c'", "leave out oversubscription, or backedBy" },
        { Rack("powerDomain: feed, airZone: air") + Reservation("racks: [racks-02], from: 2027-01-15T22:00:00Z, until: 2027-01-16T04:00:00Z"), "Reservation r: spec.racks[0]", "there is no rack 'racks-02'", "did you mean 'racks-01'?" },
        { Rack("powerDomain: feed, airZone: air") + Reservation("nodes: [racks-01-n77], from: 2027-01-15T22:00:00Z, until: 2027-01-16T04:00:00Z"), "Reservation r: spec.nodes[0]", "there is no node 'racks-01-n77'", "did you mean" },
        { Rack("powerDomain: feed, airZone: air") + Reservation("racks: [racks-01], from: 2027-01-15T22:00:00+01:00, until: 2027-01-15T21:00:00Z"), "Reservation r: spec.until", "is not after from", "later instant" },
        { Reservation("from: 2027-01-15T22:00:00Z, until: 2027-01-16T04:00:00Z"), "Reservation r: spec.racks", "names no rack and no node", "at least one" },
        { Rack("powerDomain: feed, airZone: air") + Reservation("racks: [racks-01], queue: research, job: j, from: 2027-01-15T22:00:00Z, until: 2027-01-16T04:00:00Z"), "Reservation r: spec.job", "for a queue or for a job", "neither for maintenance" },
        { Facility.Document("Dataset", "web", "{copies: [hall-z]}"), "Dataset web: spec.copies", "there is no Hall 'hall-z'", "did you mean 'hall-a'?" },
        { Facility.Document("Hall", "hall-c", "{site: elsewhere}"), "Hall hall-c: spec.site", "there is no Site 'elsewhere'", "use one of: site" },
    };

    private static string Reservation(string spec) => Facility.Document("Reservation", "r", $"{{hall: hall-a, {spec}}}");

    [Theory]
    [MemberData(nameof(Refused))]
    public void Refuses_a_reference_with_field_problem_and_expectation(string documents, string field, string problem, string expected)
    {
        var reading = Facility.With(documents);
        Assert.Null(reading.Model);
        var error = Assert.Single(reading.Errors);
        Assert.Equal((Facility.File, field), (error.File, error.Field));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
        Assert.True(error.Line > Facility.Small.Split('\n').Length - 1, error.ToString());
    }

    [Fact]
    public void Refuses_power_domains_that_feed_one_another()
    {
        var reading = Facility.With(
            Facility.Document("PowerDomain", "a", "{hall: hall-a, type: ups, rating: 1MW, parent: b}"),
            Facility.Document("PowerDomain", "b", "{hall: hall-a, type: pdu, rating: 1MW, parent: c}"),
            Facility.Document("PowerDomain", "c", "{hall: hall-a, type: pdu, rating: 1MW, parent: a}"),
            Facility.Document("PowerDomain", "below", "{hall: hall-a, type: pdu, rating: 1MW, parent: a}"));
        Assert.Equal(
            ["PowerDomain a: spec.parent", "PowerDomain b: spec.parent", "PowerDomain c: spec.parent"], reading.Errors.Select(error => error.Field));
        Assert.Contains("a < b < c < a", reading.Errors[0].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_removed_object_that_others_name_is_missed_by_each_of_them()
    {
        var model = Facility.With(Rack("powerDomain: feed, airZone: air")).Model!;
        var errors = model.With([], ["PowerDomain/feed"], Catalogue.HardwareCatalogue.Default).Errors;
        Assert.Equal("Rack racks: spec.powerDomain", Assert.Single(errors).Field);
        Assert.NotNull(model.With([], ["Rack/racks", "PowerDomain/feed"], Catalogue.HardwareCatalogue.Default).Model);
    }

    public static TheoryData<string, string, string> RefusedJobs => new()
    {
        { "{queue: q, tasks: [{}]}", "spec", "says no work" },
        { "{queue: q, tasks: [{}], simulated: {duration: 1s}, kernel: {name: sgemm}}", "spec", "gives several" },
        { "{queue: q, tasks: [], simulated: {duration: 1s}}", "spec.tasks", "the list is empty" },
        { "{queue: q, tasks: [{gpus: 1.5}], simulated: {duration: 1s}}", "spec.tasks[0].gpus", "neither whole nor a share" },
        { "{queue: q, tasks: [{gpus: 0.0001}], simulated: {duration: 1s}}", "spec.tasks[0].gpus", "too small" },
        { "{queue: q, tasks: [{}, {}], simulated: {duration: 1s}}", "spec.tasks[1].name", "given twice" },
        { "{queue: q, tasks: [{gpuModels: [H100-SXM5-80G]}], simulated: {duration: 1s}}", "spec.tasks[0].gpuModels", "is not a GPU model" },
        { "{queue: q, tasks: [{count: 100000, gpus: 256}], simulated: {duration: 1s}}", "spec.tasks", "more GPUs than any factory has" },
        { "{queue: q, tasks: [{gpus: 2}], kernel: {name: sgemm}}", "spec.tasks", "one whole GPU" },
        { "{queue: q, tasks: [{}], topology: {required: rack, preferred: hall}, simulated: {duration: 1s}}", "spec.topology.preferred", "not narrower" },
        { "{queue: q, tasks: [{count: 4, minimum: 5}], simulated: {duration: 1s}}", "spec.tasks[0].minimum", "more than the 4 tasks" },
        { "{queue: q, tasks: [{count: 4, minimum: 0}], simulated: {duration: 1s}}", "spec.tasks", "every minimum is 0" },
        { "{queue: q, tasks: [{gpus: 0.5, spares: 1}], simulated: {duration: 1s}}", "spec.tasks[0].spares", "no spare places" },
        { "{queue: q, tasks: [{mig: 2g.21gb}], simulated: {duration: 1s}}", "spec.tasks[0].mig", "not a MIG profile" },
        { "{queue: q, tasks: [{mig: 1g.10gb}], simulated: {duration: 1s}}", "spec.tasks[0].mig", "another part of" },
        { "{queue: q, tasks: [{mig: 2g.20gb, gpuModels: [MI300X]}], simulated: {duration: 1s}}", "spec.tasks[0].mig", "MI300X has no MIG profile" },
        { "{queue: q, tasks: [{mig: 2g.20gb, gpus: 2}], simulated: {duration: 1s}}", "spec.tasks[0].gpus", "one MIG instance" },
        { "{queue: q, tasks: [{mig: 2g.20gb, spares: 1}], simulated: {duration: 1s}}", "spec.tasks[0].spares", "no spare places" },
        { "{queue: q, tasks: [{mig: 2g.20gb, networkPerGpu: 100Gbps}], simulated: {duration: 1s}}", "spec.tasks[0].networkPerGpu", "no adapter" },
        { "{queue: q, tasks: [{mig: 7g.80gb, gpuModels: [H100-SXM5-80GB]}], kernel: {name: sgemm}}", "spec.tasks", "one whole GPU" },
        { "{queue: q, tasks: [{mig: 2g.20gb}], powerPercents: [80], simulated: {duration: 1s}}", "spec.powerPercents", "one power limit for all" },
        { "{queue: q, tasks: [{}], powerPercents: [80], powerPolicies: [maxq], simulated: {duration: 1s}}", "spec.powerPolicies", "powerPercents gives them too" },
        { "{queue: q, tasks: [{}], powerPolicies: [maxp, maxp], simulated: {duration: 1s}}", "spec.powerPolicies[1]", "given twice" },
        { "{queue: q, tasks: [{}], strictPower: true, simulated: {duration: 1s}}", "spec.strictPower", "no power policy to be strict about" },
        { "{queue: q, tasks: [{gpus: 0.5}], powerPolicies: [maxp], simulated: {duration: 1s}}", "spec.powerPolicies", "one power limit for all" },
        { "{queue: q, tasks: [{}], deferrable: true, simulated: {duration: 1s}}", "spec.startBy", "has a latest start" },
        { "{queue: q, tasks: [{}], startBy: 2027-01-15T22:00:00Z, simulated: {duration: 1s}}", "spec.startBy", "is for deferrable jobs" },
        { "{queue: q, tasks: [{}], deferrable: true, startBy: 2027-01-15T22:00:00Z, kernel: {name: sgemm}}", "spec.expectedDuration", "how long the job takes" },
        { "{queue: q, tasks: [{}], flexibility: 15, simulated: {duration: 1s}}", "spec.flexibility", "not a tier" },
        { "{queue: q, tasks: [{}], flexibility: 10, powerPercents: [80], simulated: {duration: 1s}}", "spec.flexibility", "powerPercents gives them too" },
        { "{queue: q, tasks: [{}], flexibility: 10, powerPolicies: [maxp], simulated: {duration: 1s}}", "spec.flexibility", "from powerPolicies too" },
        { "{queue: q, tasks: [{}], powerPercents: [80, 90], simulated: {duration: 1s}}", "spec.powerPercents[1]", "not below the one before" },
        { "{queue: q, tasks: [{gpus: 0.5}], powerPercents: [80], simulated: {duration: 1s}}", "spec.powerPercents", "one power limit for all" },
        { "{queue: q, tasks: [{count: 6}], topology: {slices: [{level: rack, size: 4}]}, simulated: {duration: 1s}}", "spec.topology.slices[0].size", "4 does not divide the 6 tasks" },
        { "{queue: q, tasks: [{count: 6}], topology: {slices: [{level: rack, size: 6}, {level: node, size: 4}]}, simulated: {duration: 1s}}", "spec.topology.slices[1].size", "4 does not divide 6" },
        { "{queue: q, tasks: [{count: 6}], topology: {slices: [{level: node, size: 6}, {level: rack, size: 2}]}, simulated: {duration: 1s}}", "spec.topology.slices[1].level", "not narrower" },
        { "{queue: q, tasks: [{count: 6, minimum: 2}], topology: {slices: [{level: rack, size: 2}]}, simulated: {duration: 1s}}", "spec.topology.slices", "no fixed slices" },
    };

    [Theory]
    [InlineData("{quotaGpus: 80, limitGpus: 64}", "Queue q: spec.quotaGpus", "80 GPUs are guaranteed and only 64 allowed")]
    [InlineData("{parent: parent, quotaGpus: 20}", "Queue q: spec.quotaGpus", "20 GPUs are more than the 16 of queue 'parent'")]
    [InlineData("{parent: parent, quotaGpus: 12}", "Queue parent: spec.quotaGpus", "16 GPUs are less than the 20")]
    public void Refuses_quotas_that_cannot_be_kept(string queue, string field, string problem)
    {
        var reading = Facility.With(
            Facility.Document("Queue", "parent", "{quotaGpus: 16}"), Facility.Document("Queue", "sibling", "{parent: parent, quotaGpus: 8}"),
            Facility.Document("Queue", "q", queue));
        Assert.Null(reading.Model);
        var error = reading.Errors.First(error => error.Field == field);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.True(error.Line > 0 && error.Expected.Length > 0, error.ToString());
    }

    [Fact]
    public void Refuses_a_dataset_for_a_queue_that_is_not_there_and_a_negative_quota()
    {
        var reading = Facility.With(Facility.Document("Dataset", "web", "{queues: [reserch]}"));
        Assert.Contains("there is no Queue 'reserch'", Assert.Single(reading.Errors).Problem, StringComparison.Ordinal);
        Assert.Contains("out of range", Facility.OnlyError(Facility.Document("Queue", "q", "{quotaGpus: -1}")).Problem, StringComparison.Ordinal);
        Assert.Contains("out of range", Facility.OnlyError(Facility.Document("Job", "j", "{queue: q, tasks: [{}], powerPercents: [120], simulated: {duration: 1s}}")).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RefusedJobs))]
    public void Refuses_a_job_that_makes_no_sense_by_itself(string spec, string field, string problem)
    {
        var reading = ManifestReader.Read(Facility.Document("Job", "job", spec), Facility.File);
        Assert.Empty(reading.Errors);
        var errors = new List<ManifestError>();
        Assert.Null(JobSpecs.From(reading.Manifests[0], Catalogue.HardwareCatalogue.Default, errors));
        var error = Assert.Single(errors);
        Assert.Equal($"Job job: {field}", error.Field);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.True(error.Line is 5 && error.Column >= 1, error.ToString());
        Assert.NotEmpty(error.Expected);
    }

    private static string Rack(string fields, string type = "DGX-H100-x4") =>
        Facility.Document("Rack", "racks", $"{{hall: hall-a, type: {type}, {fields}}}");
}
