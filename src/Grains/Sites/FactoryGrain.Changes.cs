using System.Collections.Immutable;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Grains.Sites;

/// <summary>Changes that are kept under a name: staged, looked at as often as one likes, then activated or discarded.</summary>
internal sealed partial class FactoryGrain
{
    /// <summary>Activated changes that are remembered, so that activating one again gives the same answer.</summary>
    private const int Remembered = 32;

    public async Task<StageAnswer> Stage(string name, ValueList<ManifestFile> files, ValueList<string> removed, bool replace)
    {
        ThrowIfPoisoned();
        var (manifests, errors) = Read(files);
        if (!Names.IsValid(name))
            errors.Add(new ManifestError("-", 0, 0, "name", $"'{name}' is not a name", "use " + Names.Rule));
        errors.AddRange(removed.Where(key => manifests.Exists(manifest => manifest.Key == key))
            .Select(key => new ManifestError("-", 0, 0, key, "is both given and removed", "do one of the two")));
        if (manifests.Count + removed.Count == 0 && errors.Count == 0)
            errors.Add(new ManifestError("-", 0, 0, "files", "nothing is given and nothing removed", "give at least one manifest or key"));
        if (errors.Count > 0)
            return new StageAnswer(null, new ApplyAnswer(Row.Version, [], errors.ToValueList()), "It cannot be read.");
        var old = Find(name);
        if (old is { ActivatedAs: 0 } && !old.IsSameAs(files, removed) && !replace)
            return new StageAnswer(old, await Change(manifests, [.. removed], dryRun: true), $"Another change is staged as '{name}': replace or discard it, or take another name.");
        if (old is not { ActivatedAs: 0 } || !old.IsSameAs(files, removed))
        {
            old = new StagedChange(name, files, removed, clock.GetUtcNow(), Row.Version);
            await Commit(Row with { Staged = With(old) });
        }
        return new StageAnswer(old, await Change(manifests, [.. removed], dryRun: true), null);
    }

    public Task<ValueList<StagedChange>> Staged()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Row.Staged);
    }

    public async Task<StageAnswer> Activate(string name, bool dryRun)
    {
        ThrowIfPoisoned();
        if (Find(name) is not { } staged)
            return new StageAnswer(null, new ApplyAnswer(Row.Version, [], []), $"There is no change '{name}'. Staged: {StagedNames()}.");
        if (staged.ActivatedAs > 0)
            return new StageAnswer(staged, new ApplyAnswer(staged.ActivatedAs, staged.Done, []), null);
        var (manifests, errors) = Read(staged.Files);
        if (errors.Count > 0)
            return new StageAnswer(staged, new ApplyAnswer(Row.Version, [], errors.ToValueList()), "It cannot be read any more.");
        var verdict = await Change(manifests, [.. staged.Removed], dryRun, staged);
        return new StageAnswer(Find(name), verdict, verdict.Errors.Count > 0 ? "Nothing was changed." : null);
    }

    public async Task<bool> Discard(string name)
    {
        ThrowIfPoisoned();
        if (Find(name) is not { ActivatedAs: 0 })
            return false;
        await Commit(Row with { Staged = Row.Staged.Where(one => one.Name != name).ToValueList() });
        return true;
    }

    private StagedChange? Find(string name) => Row.Staged.FirstOrDefault(one => one.Name == name);

    private string StagedNames()
    {
        var names = Row.Staged.Where(one => one.ActivatedAs == 0).Select(one => one.Name).ToList();
        return names.Count == 0 ? "none" : string.Join(", ", names);
    }

    private ValueList<StagedChange> With(StagedChange changed)
    {
        var all = Row.Staged.Where(one => one.Name != changed.Name).Append(changed).ToList();
        var forgotten = all.Where(one => one.ActivatedAs > 0).OrderByDescending(one => one.ActivatedAs).Skip(Remembered).ToHashSet();
        return all.Where(one => !forgotten.Contains(one)).OrderBy(one => one.Name, StringComparer.Ordinal).ToValueList();
    }

    private static (List<Manifest> Manifests, List<ManifestError> Errors) Read(ValueList<ManifestFile> files)
    {
        var manifests = new List<Manifest>();
        var errors = new List<ManifestError>();
        foreach (var file in files)
        {
            var reading = ManifestReader.Read(file.Text, file.Name);
            manifests.AddRange(reading.Manifests);
            errors.AddRange(reading.Errors);
        }
        errors.AddRange(manifests.Where(manifest => manifest.Kind == "Job")
            .Select(job => job.Error("kind", "a Job is submitted, not declared", "submit it as a job")));
        errors.AddRange(manifests.GroupBy(manifest => manifest.Key).SelectMany(same => same.Skip(1))
            .Select(twice => twice.Error("metadata.name", $"{twice.Kind} '{twice.Name}' is given in another file too", "give it once")));
        return (manifests, errors);
    }
}
