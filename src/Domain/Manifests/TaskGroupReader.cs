using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

/// <summary>Turns the task groups of a Job manifest into <see cref="TaskGroup"/>s.</summary>
internal static class TaskGroupReader
{
    public static List<TaskGroup> Read(
        Manifest manifest, JobManifestSpec spec, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        var groups = new List<TaskGroup>();
        for (var index = 0; index < spec.Tasks.Count; index++)
        {
            var task = spec.Tasks[index];
            var path = $"spec.tasks[{index}]";
            Check(manifest, task, path, catalogue, errors);
            if (groups.Any(group => group.Name == task.Name))
                errors.Add(manifest.Error(path + ".name", $"'{task.Name}' is given twice", "give each task group its own name"));
            var instance = task.Mig is null ? null : MigReader.Read(manifest, task, path, catalogue, errors);
            var isShare = task.Gpus is > 0 and < 1;
            groups.Add(new TaskGroup(
                task.Name, task.Count, isShare || task.Mig is not null ? 0 : (int)task.Gpus,
                instance?.Milli ?? (isShare ? (int)Math.Round(task.Gpus * 1000) : 0),
                (instance?.Models ?? task.GpuModels).ToValueList(), (int)Math.Round(task.Cpu * 1000), task.Memory, task.NetworkPerGpu)
            {
                Minimum = task.Minimum,
                Spares = task.Spares,
                Mig = task.Mig,
            });
        }
        return groups;
    }

    private static void Check(Manifest manifest, TaskGroupSpec task, string path, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        if (!Names.IsValid(task.Name))
            errors.Add(manifest.Error(path + ".name", $"'{task.Name}' is not a name", "use " + Names.Rule));
        var isShare = task.Gpus is > 0 and < 1;
        if (!isShare && task.Gpus != Math.Floor(task.Gpus))
            errors.Add(manifest.Error(path + ".gpus", $"{task.Gpus} GPUs are neither whole nor a share", "give a whole number, or a share below 1"));
        if (isShare && task.Gpus < 0.001)
            errors.Add(manifest.Error(path + ".gpus", $"a share of {task.Gpus} is too small", "give at least 0.001"));
        if (task.Minimum > task.Count)
            errors.Add(manifest.Error(path + ".minimum", $"{task.Minimum} is more than the {task.Count} tasks of the group", "give at most count"));
        if (task.Spares > 0 && (task.Gpus < 1 || task.Mig is not null))
            errors.Add(manifest.Error(path + ".spares", "a task without a whole GPU has no spare places", "leave spares out, or ask for whole GPUs"));
        foreach (var model in task.GpuModels.Where(model => catalogue.Gpu(model) is null))
            errors.Add(manifest.Error(path + ".gpuModels", $"'{model}' is not a GPU model", FieldReader.Choices(model, catalogue.Gpus.Select(gpu => gpu.Name))));
    }
}
