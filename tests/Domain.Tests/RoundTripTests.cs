using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using CsCheck;

namespace ControlPlane.Domain.Tests;

public class RoundTripTests
{
    private static readonly Gen<TaskGroup> Groups =
        from number in Gen.Int[0, 999_999]
        from count in Gen.Int[1, 50]
        from gpus in Gen.Int[0, 8]
        from milli in Gen.Int[1, 999]
        from shares in Gen.Bool
        from model in AnyOf<ValueList<string>>([], ["GB200-GPU"], ["H100-SXM5-80GB", "A100-SXM4-80GB"])
        from cpu in Gen.Int[0, 100_000]
        from memory in Gen.Long[0, 1_000_000]
        from network in Gen.Long[0, 800_000]
        select new TaskGroup(
            $"group-{number}", count, shares ? 0 : gpus, shares ? milli : 0, model, cpu, Gibibytes.FromMebibytes(memory), GigabitsPerSecond.FromMegabits(network));

    private static readonly Gen<TopologyRequest> Topologies = AnyOf(
        new TopologyRequest(null, null), new(TopologyLevel.Rack, null), new(null, TopologyLevel.NvlinkDomain), new(TopologyLevel.Leaf, TopologyLevel.Node));

    private static readonly Gen<WorkSpec> Works =
        from milliseconds in Gen.Long[1, 1_000_000_000]
        from tokens in Gen.Double[0, 1e6]
        from utilisation in Gen.Double[0, 1]
        from kind in AnyOf("training", "prefill", "decode", "other")
        select (WorkSpec)new SimulatedWork(kind, TimeSpan.FromMilliseconds(milliseconds), tokens, utilisation);

    private static readonly Gen<JobSpec> Jobs =
        from priority in Gen.Int[0, 1000]
        from groups in Groups.Array[1, 4]
        from topology in Topologies
        from work in Works
        from hall in AnyOf<HallId?>(null, new HallId("hall-a"))
        from jurisdiction in AnyOf<string?>(null, "us-tx")
        from preemptible in Gen.Bool
        from seconds in Gen.Int[0, 10_000]
        from elastic in Gen.Bool
        from slices in Gen.Bool
        where groups.DistinctBy(static task => task.Name).Count() == groups.Length
        select new JobSpec(new QueueId("research"), priority, groups.ToValueList(), topology, work, hall, jurisdiction)
        {
            Preemptible = preemptible,
            MinimumRuntime = TimeSpan.FromSeconds(seconds),
            ExpectedDuration = seconds == 0 ? null : TimeSpan.FromSeconds(seconds),
            Datasets = preemptible ? [] : ["web", "code"],
            PowerPercents = groups.Any(one => one.GpuMilli > 0) || !slices ? [] : [100, 70],
            Deferrable = slices,
            StartBy = slices ? new DateTimeOffset(2027, 1, 15, 22, 0, seconds % 60, TimeSpan.Zero) : null,
            PowerPolicies = groups.Any(one => one.GpuMilli > 0) || slices || elastic ? [] : ["maxp", "maxq"],
            StrictPower = !groups.Any(one => one.GpuMilli > 0) && !slices && !elastic && preemptible,
            Flexibility = groups.Any(one => one.GpuMilli > 0) || slices || !elastic ? null : 25,
            Groups = groups.Select(one => elastic ? one with { Minimum = Math.Max(1, one.Count / 2), Spares = one.Gpus > 0 ? 1 : 0 } : one).ToValueList(),
            Topology = topology with
            {
                Slices = slices && !elastic ? [new TopologySlice(TopologyLevel.Node, 1)] : [],
                AtMost = slices ? [new DomainLimit(TopologyLevel.Rack, 3)] : [],
                Nodes = elastic ? [new NodeId("gb200-01-n00"), new NodeId("gb200-02-n17")] : [],
            },
        };

    [Fact]
    public void A_job_written_as_a_manifest_is_read_back_equal() => Jobs.Sample(job =>
    {
        var manifest = JobSpecs.ToManifest("job", job);
        Assert.Equal(job, ReadBack(ManifestWriter.ToJson(manifest).ToJsonString()));
        Assert.Equal(job, ReadBack(ManifestWriter.ToYaml(manifest)));
    }, iter: 500);

    [Theory]
    [InlineData("1g.10gb", "H100-SXM5-80GB", 125)]
    [InlineData("1g.10gb", "A100-SXM4-40GB", 250)]
    [InlineData("7g.141gb", "", 1000)]
    public void A_job_of_MIG_instances_counts_its_part_of_the_memory_and_is_read_back_equal(string profile, string model, int milli)
    {
        var text = $"{{apiVersion: factory/v1, kind: Job, metadata: {{name: j}}, spec: {{queue: q, tasks: [{{mig: {profile}{(model.Length == 0 ? "" : $", gpuModels: [{model}]")}}}], simulated: {{duration: 1s}}}}}}";
        var job = ReadBack(text)!;
        Assert.Equal((milli, 0, profile), (job.Groups[0].GpuMilli, job.Groups[0].Gpus, job.Groups[0].Mig));
        Assert.Equal(model.Length == 0 ? "H200-SXM-141GB" : model, Assert.Single(job.Groups[0].GpuModels));
        Assert.Equal(job, ReadBack(ManifestWriter.ToYaml(JobSpecs.ToManifest("j", job))));
    }

    [Fact]
    public void A_job_held_to_a_site_is_held_to_a_hall_of_it()
    {
        var job = ReadBack("{apiVersion: factory/v1, kind: Job, metadata: {name: j}, spec: {queue: q, tasks: [{}], topology: {required: site, preferred: rack}, simulated: {duration: 1s}}}")!;
        Assert.Equal(new TopologyRequest(TopologyLevel.Hall, TopologyLevel.Rack), job.Topology);
    }

    [Fact]
    public void An_instant_written_is_read_back_equal_and_one_without_offset_is_refused() =>
        Gen.Long[new DateTime(2000, 1, 1).Ticks, new DateTime(2200, 1, 1).Ticks].Sample(ticks =>
        {
            var instant = new DateTimeOffset(ticks, TimeSpan.Zero);
            Assert.True(Instants.TryParse(Instants.Format(instant), out var back));
            Assert.Equal(instant, back);
            Assert.False(Instants.TryParse(Instants.Format(instant)[..^1], out _));
        });

    [Fact]
    public void A_kernel_job_written_as_a_manifest_is_read_back_equal()
    {
        var work = new KernelWork("sgemm", [new("k", 3), new("m", 1), new("n", 2)], 7, false, 99, TimeSpan.FromSeconds(90));
        var job = new JobSpec(
            new QueueId("q"), 100, [new TaskGroup("kernel", 1, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)], new TopologyRequest(null, null), work, null, null);
        Assert.Equal(job, ReadBack(ManifestWriter.ToYaml(JobSpecs.ToManifest("job", job))));
    }

    [Fact]
    public void Watts_written_and_read_are_the_same() => Gen.Long[-1_000_000_000_000, 1_000_000_000_000].Sample(milliwatts =>
    {
        var watts = Watts.FromMilliwatts(milliwatts);
        var text = (milliwatts / 1000m).ToString(System.Globalization.CultureInfo.InvariantCulture) + "W";
        Assert.True(Watts.TryParse(text, out var read) && Math.Abs(read.Milliwatts - watts.Milliwatts) <= 1, text);
    });

    [Fact]
    public void A_sum_of_power_that_overflows_throws() =>
        Assert.Throws<OverflowException>(() => Watts.FromMilliwatts(long.MaxValue) + Watts.FromMilliwatts(1));

    [Theory]
    [InlineData("1m30s")]
    [InlineData("1h30m")]
    [InlineData("250ms")]
    [InlineData("2d")]
    [InlineData("0s")]
    public void Durations_are_written_as_they_are_read(string text)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(text, Durations.Format(duration));
    }

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static JobSpec? ReadBack(string text)
    {
        var reading = ManifestReader.Read(text, "back");
        Assert.Empty(reading.Errors);
        var errors = new List<ManifestError>();
        var job = JobSpecs.From(reading.Manifests[0], HardwareCatalogue.Default, errors);
        Assert.Empty(errors);
        return job;
    }
}
