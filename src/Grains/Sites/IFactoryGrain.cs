using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Grains.Sites;

/// <summary>The factory's declared objects: checked as a whole, kept durably, told to the halls. One per factory.</summary>
[Alias("IFactoryGrain")]
public interface IFactoryGrain : IGrainWithStringKey
{
    /// <summary>Adds or replaces objects, all or none.</summary>
    /// <param name="files">Manifest files; none may hold a Job.</param>
    /// <param name="dryRun">True to hear the verdict only.</param>
    [Alias("Apply")]
    Task<ApplyAnswer> Apply(ValueList<ManifestFile> files, bool dryRun);

    /// <summary>Removes an object that nothing refers to and nothing runs on.</summary>
    [Alias("Remove")]
    Task<ApplyAnswer> Remove(string key, bool dryRun);

    /// <summary>Keeps a change under a name until it is activated or discarded. Nothing else happens yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="files">Manifest files that can be read; none may hold a Job.</param>
    /// <param name="removed">Keys of objects to remove, such as <c>Rack/old</c>.</param>
    /// <param name="replace">True to take the place of another change of that name.</param>
    [Alias("Stage")]
    Task<StageAnswer> Stage(string name, ValueList<ManifestFile> files, ValueList<string> removed, bool replace);

    /// <summary>The changes that are kept, in the order of their names; of the activated ones the newest few.</summary>
    [Alias("Staged")]
    Task<ValueList<StagedChange>> Staged();

    /// <summary>Carries a kept change out against what is declared now, or (<paramref name="dryRun"/>) says what that would come to. Repeatable.</summary>
    [Alias("Activate")]
    Task<StageAnswer> Activate(string name, bool dryRun);

    /// <summary>Drops a change that was not activated. False when there is none of that name.</summary>
    [Alias("Discard")]
    Task<bool> Discard(string name);

    /// <summary>The declared objects as JSON manifests by key.</summary>
    [Alias("Objects")]
    Task<FactoryObjects> Objects();

    /// <summary>The halls that may take a job, those that hold more of its datasets first, or why there is none.</summary>
    [Alias("Route")]
    Task<JobRoute> Route(QueueId queue, HallId? hall, string? jurisdiction, ValueList<string> datasets);

    /// <summary>The job with the power limits that its policies or its tier come to by what is declared now, or why they cannot.</summary>
    [Alias("Resolve")]
    Task<PowerAnswer> Resolve(JobSpec spec);

    /// <summary>True when a declared rack holds a GPU of that name.</summary>
    [Alias("HasGpu")]
    Task<bool> HasGpu(GpuId gpu);

    /// <summary>The halls there are.</summary>
    [Alias("Halls")]
    Task<ValueList<HallId>> Halls();

    /// <summary>Tells every hall its layout again, where it has an older one.</summary>
    [Alias("Wake")]
    Task<ValueList<HallId>> Wake();
}

/// <summary>A manifest file as it was sent.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Text">YAML or JSON.</param>
[GenerateSerializer, Immutable, Alias("ManifestFile")]
public sealed record ManifestFile([property: Id(0)] string Name, [property: Id(1)] string Text);

/// <summary>The verdict on a change of objects.</summary>
/// <param name="Version">The factory's version afterwards.</param>
/// <param name="Changes">What was done to each object: created, changed, unchanged or removed.</param>
/// <param name="Errors">Why nothing was done; empty when it was.</param>
[GenerateSerializer, Immutable, Alias("ApplyAnswer")]
public sealed record ApplyAnswer(
    [property: Id(0)] long Version,
    [property: Id(1)] ValueList<ObjectChange> Changes,
    [property: Id(2)] ValueList<ManifestError> Errors);

/// <summary>What was done to an object.</summary>
/// <param name="Key">The object.</param>
/// <param name="Change">created, changed, unchanged or removed.</param>
[GenerateSerializer, Immutable, Alias("ObjectChange")]
public sealed record ObjectChange([property: Id(0)] string Key, [property: Id(1)] string Change);

/// <summary>The declared objects.</summary>
/// <param name="Version">The factory's version.</param>
/// <param name="Manifests">JSON manifests, in key order.</param>
[GenerateSerializer, Immutable, Alias("FactoryObjects")]
public sealed record FactoryObjects([property: Id(0)] long Version, [property: Id(1)] ValueList<ManifestFile> Manifests);

/// <summary>Where a job may go.</summary>
/// <param name="Halls">The halls, in the order in which they are asked.</param>
/// <param name="All">Every hall of the factory: any of them may know the job already.</param>
/// <param name="Objection">Why there is none, or null.</param>
[GenerateSerializer, Immutable, Alias("JobRoute")]
public sealed record JobRoute(
    [property: Id(0)] ValueList<HallId> Halls,
    [property: Id(1)] ValueList<HallId> All,
    [property: Id(2)] string? Objection);

/// <summary>A job's power limits, worked out.</summary>
/// <param name="Spec">The job with its limits; null when there is an objection.</param>
/// <param name="Objection">Why not, or null.</param>
[GenerateSerializer, Immutable, Alias("PowerAnswer")]
public sealed record PowerAnswer([property: Id(0)] JobSpec? Spec, [property: Id(1)] string? Objection);
