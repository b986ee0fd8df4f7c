using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

/// <summary>Turns the collective of a Job manifest into a <see cref="CollectiveWork"/>, and back.</summary>
internal static class CollectiveReader
{
    public static void Check(Manifest manifest, CollectiveWorkSpec spec, List<TaskGroup> groups, List<ManifestError> errors)
    {
        if (groups.Count != 1 || groups[0].MilliGpusPerTask != 1000 || groups[0].Mig is not null || groups[0].AtLeast < groups[0].Count || groups[0].Spares > 0)
            errors.Add(manifest.Error("spec.tasks", "the ranks of a collective are tasks of one whole GPU that all start together", "give one group with gpus: 1, without minimum and spares"));
        if (spec.Bytes % sizeof(float) != 0)
            errors.Add(manifest.Error("spec.collective.bytes", $"{spec.Bytes} bytes are not whole floats", "give a multiple of 4"));
    }

    public static CollectiveWork Read(CollectiveWorkSpec spec, int ranks) => new(
        spec.Operation, spec.Bytes, spec.Repetitions, spec.Check, (ulong)spec.Seed, spec.Timeout ?? TimeSpan.Zero, ranks);

    public static CollectiveWorkSpec Write(CollectiveWork work) => new()
    {
        Operation = work.Operation,
        Bytes = work.Bytes,
        Repetitions = work.Repetitions,
        Check = work.Check,
        Seed = (long)work.Seed,
        Timeout = work.Timeout == TimeSpan.Zero ? null : work.Timeout,
    };
}
