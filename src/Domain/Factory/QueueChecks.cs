using System.Collections.Immutable;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Factory;

/// <summary>Checks that quotas and limits of the queue tree can be kept, and that datasets name queues and halls that exist.</summary>
internal static class QueueChecks
{
    public static void Check(ImmutableSortedDictionary<string, Manifest> objects, List<ManifestError> errors)
    {
        foreach (var manifest in objects.Values)
        {
            if (manifest.Spec is QueueSpec queue)
                CheckQueue(manifest, queue, objects, errors);
            else if (manifest.Spec is DatasetSpec dataset)
                CheckDataset(manifest, dataset, objects, errors);
        }
    }

    private static void CheckQueue(
        Manifest manifest, QueueSpec queue, ImmutableSortedDictionary<string, Manifest> objects, List<ManifestError> errors)
    {
        if (queue.QuotaGpus > queue.LimitGpus)
            errors.Add(manifest.Error("spec.quotaGpus", $"{queue.QuotaGpus} GPUs are guaranteed and only {queue.LimitGpus} allowed", "give a quota of at most limitGpus"));
        if (queue.QuotaGpus is { } quota && queue.Parent is { } parent
            && objects["Queue/" + parent].Spec is QueueSpec { QuotaGpus: { } above } && quota > above)
            errors.Add(manifest.Error("spec.quotaGpus", $"{quota} GPUs are more than the {above} of queue '{parent}' above it", "give at most the parent's quota, or raise that first"));
        var children = objects.Values.Where(other => other.Spec is QueueSpec spec && spec.Parent == manifest.Name).ToList();
        var sum = children.Sum(child => ((QueueSpec)child.Spec).QuotaGpus ?? 0);
        if (sum > queue.QuotaGpus)
            errors.Add(manifest.Error("spec.quotaGpus", $"{queue.QuotaGpus} GPUs are less than the {sum} that its children {string.Join(", ", children.Select(child => child.Name))} are guaranteed together", $"give at least {sum}, or lower the children's quotas"));
    }

    private static void CheckDataset(
        Manifest manifest, DatasetSpec dataset, ImmutableSortedDictionary<string, Manifest> objects, List<ManifestError> errors)
    {
        foreach (var queue in dataset.Queues.Where(queue => !objects.ContainsKey("Queue/" + queue)))
        {
            var declared = objects.Values.Where(other => other.Kind == "Queue").Select(other => other.Name);
            errors.Add(manifest.Error("spec.queues", $"there is no Queue '{queue}'", FieldReader.Choices(queue, declared)));
        }
        foreach (var hall in dataset.Copies.Where(hall => !objects.ContainsKey("Hall/" + hall)))
        {
            var declared = objects.Values.Where(other => other.Kind == "Hall").Select(other => other.Name);
            errors.Add(manifest.Error("spec.copies", $"there is no Hall '{hall}'", FieldReader.Choices(hall, declared)));
        }
    }
}
