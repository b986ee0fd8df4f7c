using ControlPlane.Domain;

namespace ControlPlane.Grains.Sites;

/// <summary>A change of the declared objects that is kept under a name: made in one go later, or dropped.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Files">Manifests to add or replace, as they were sent.</param>
/// <param name="Removed">Keys of objects to remove.</param>
/// <param name="At">When it was staged.</param>
/// <param name="Version">The factory's version then.</param>
[GenerateSerializer, Immutable, Alias("StagedChange")]
public sealed record StagedChange(
    [property: Id(0)] string Name,
    [property: Id(1)] ValueList<ManifestFile> Files,
    [property: Id(2)] ValueList<string> Removed,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] long Version)
{
    /// <summary>The factory's version that it made; 0 until it is activated.</summary>
    [Id(5)]
    public long ActivatedAs { get; init; }

    /// <summary>What it did to each object, once it is activated.</summary>
    [Id(6)]
    public ValueList<ObjectChange> Done { get; init; } = [];

    /// <summary>True when another change would do the same, whatever its files are called.</summary>
    public bool IsSameAs(ValueList<ManifestFile> files, ValueList<string> removed) =>
        Files.Select(file => file.Text).SequenceEqual(files.Select(file => file.Text)) && Removed == removed;
}

/// <summary>What came of staging or activating a change.</summary>
/// <param name="Change">The change as it is kept; null when there is none, or it was not kept.</param>
/// <param name="Verdict">What activating it now would come to, or came to.</param>
/// <param name="Objection">Why nothing was done, in one sentence, or null.</param>
[GenerateSerializer, Immutable, Alias("StageAnswer")]
public sealed record StageAnswer(
    [property: Id(0)] StagedChange? Change,
    [property: Id(1)] ApplyAnswer Verdict,
    [property: Id(2)] string? Objection);
