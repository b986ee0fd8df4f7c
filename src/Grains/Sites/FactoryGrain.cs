using System.Collections.Immutable;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Facility.Policies;
using ControlPlane.Grains.Placement;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Sites;

/// <summary>The factory's durable row: the declared objects as JSON manifests.</summary>
[GenerateSerializer, Immutable, Alias("FactoryRow")]
internal sealed record FactoryRow
{
    [Id(0)] public long Version { get; init; }

    [Id(1)] public ValueList<ManifestFile> Manifests { get; init; }

    [Id(2)] public ValueList<StagedChange> Staged { get; init; } = [];
}

/// <inheritdoc cref="IFactoryGrain"/>
internal sealed partial class FactoryGrain(
    [PersistentState("factory", Storage.StorageNames.Rows)] IPersistentState<FactoryRow> row, TimeProvider clock, ILogger<FactoryGrain> log)
    : DurableGrain<FactoryRow>(row, log), IFactoryGrain
{
    private readonly ILogger _log = log;
    private FactoryModel _model = FactoryModel.Empty;

    private ValueList<HallId> AllHalls => _model.Layouts.Values.Select(layout => layout.Hall).ToValueList();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var manifests = Row.Manifests.SelectMany(file => ManifestReader.Read(file.Text, file.Name).Manifests).ToList();
        var reading = FactoryModel.Empty.With(manifests, [], HardwareCatalogue.Default);
        _model = reading.Model ?? throw new InvalidOperationException(
            $"The stored factory is not valid any more: {string.Join("; ", reading.Errors)}");
        return Task.CompletedTask;
    }

    public async Task<ApplyAnswer> Apply(ValueList<ManifestFile> files, bool dryRun)
    {
        ThrowIfPoisoned();
        var (manifests, errors) = Read(files);
        if (errors.Count > 0)
            return new ApplyAnswer(Row.Version, [], errors.ToValueList());
        return await Change(manifests, [], dryRun);
    }

    public async Task<ApplyAnswer> Remove(string key, bool dryRun)
    {
        ThrowIfPoisoned();
        return await Change([], [key], dryRun);
    }

    public Task<FactoryObjects> Objects()
    {
        ThrowIfPoisoned();
        return Task.FromResult(new FactoryObjects(Row.Version, Row.Manifests));
    }

    public Task<JobRoute> Route(QueueId queue, HallId? hall, string? jurisdiction, ValueList<string> datasets)
    {
        ThrowIfPoisoned();
        if (!_model.Has("Queue", queue.Value))
            return Task.FromResult(new JobRoute([], [], $"There is no queue '{queue}'. Declared: {NamesOf("Queue")}."));
        if (hall is { } only && !_model.Has("Hall", only.Value))
            return Task.FromResult(new JobRoute([], [], $"There is no hall '{only}'. Declared: {NamesOf("Hall")}."));
        var halls = _model.Layouts.Values.Where(layout => hall is null || layout.Hall == hall)
            .Where(layout => jurisdiction is null || layout.Jurisdiction == jurisdiction)
            .OrderByDescending(layout => datasets.Count(name => HasCopy(name, layout.Hall)))
            .Select(layout => layout.Hall).ToValueList();
        if (halls.Count > 0)
            return Task.FromResult(new JobRoute(halls, AllHalls, null));
        var objection = jurisdiction is null
            ? "The factory has no hall yet: apply one."
            : $"No hall{(hall is null ? "" : " of that name")} stands under jurisdiction '{jurisdiction}'. Known: {string.Join(", ", _model.Layouts.Values.Select(layout => layout.Jurisdiction).Distinct())}.";
        return Task.FromResult(new JobRoute([], [], objection));
    }

    public Task<PowerAnswer> Resolve(JobSpec spec)
    {
        ThrowIfPoisoned();
        var resolved = JobPower.Resolve(spec, GpuPolicy.DeclaredIn(_model, HardwareCatalogue.Default), HardwareCatalogue.Default);
        return Task.FromResult(new PowerAnswer(resolved.Spec, resolved.Objection));
    }

    public Task<bool> HasGpu(GpuId gpu)
    {
        ThrowIfPoisoned();
        return Task.FromResult(_model.Layouts.Values.Any(layout => layout.Nodes.Any(node =>
            gpu.Value.StartsWith(node.Id.Value, StringComparison.Ordinal) && Enumerable.Range(0, node.Gpus).Any(number => GrainKeys.GpuOf(node.Id, number) == gpu))));
    }

    private bool HasCopy(string dataset, HallId hall) =>
        _model.Objects.TryGetValue("Dataset/" + dataset, out var found) && ((DatasetSpec)found.Spec).Copies.Contains(hall.Value);

    public Task<ValueList<HallId>> Halls()
    {
        ThrowIfPoisoned();
        return Task.FromResult(AllHalls);
    }

    public async Task<ValueList<HallId>> Wake()
    {
        ThrowIfPoisoned();
        foreach (var layout in _model.Layouts.Values)
            await Tell(layout);
        return AllHalls;
    }

    private async Task<ApplyAnswer> Change(List<Manifest> changed, ImmutableArray<string> removed, bool dryRun, StagedChange? staged = null)
    {
        var unknown = removed.Where(key => !_model.Objects.ContainsKey(key)).ToList();
        if (unknown.Count > 0)
            return new ApplyAnswer(Row.Version, [], unknown.Select(key => new ManifestError("-", 0, 0, key, "is not declared", "see the declared objects")).ToValueList());
        var reading = _model.With(changed, removed, HardwareCatalogue.Default);
        if (reading.Model is not { } model)
            return new ApplyAnswer(Row.Version, [], reading.Errors.ToValueList());
        var errors = await Objections(model);
        if (errors.Count > 0)
            return new ApplyAnswer(Row.Version, [], errors.ToValueList());
        var changes = changed.Select(manifest => new ObjectChange(manifest.Key, KindOfChange(manifest)))
            .Concat(removed.Select(key => new ObjectChange(key, "removed"))).ToValueList();
        if (dryRun || (staged is null && changes.All(change => change.Change == "unchanged")))
            return new ApplyAnswer(Row.Version, changes, []);
        await Commit(Row with
        {
            Version = Row.Version + 1,
            Staged = staged is null ? Row.Staged : With(staged with { ActivatedAs = Row.Version + 1, Done = changes }),
            Manifests = model.Objects.Values.Select(manifest => new ManifestFile(manifest.Key, ManifestWriter.ToJson(manifest).ToJsonString())).ToValueList(),
        });
        _model = model;
        foreach (var layout in model.Layouts.Values)
            await Tell(layout);
        return new ApplyAnswer(Row.Version, changes, []);
    }

    /// <summary>What the halls have against their new layouts; a hall that would go must be empty.</summary>
    private async Task<List<ManifestError>> Objections(FactoryModel model)
    {
        var errors = new List<ManifestError>();
        foreach (var layout in _model.Layouts.Values.Where(layout => !model.Layouts.ContainsKey(layout.Hall.Value)))
        {
            var view = await GrainFactory.Hall(layout.Hall).View();
            if (view.Running + view.Waiting > 0)
                errors.Add(new ManifestError("-", 0, 0, "Hall/" + layout.Hall, $"{view.Running} jobs run and {view.Waiting} wait in it", "cancel them or wait for their end"));
        }
        foreach (var layout in model.Layouts.Values)
        {
            var answer = await GrainFactory.Hall(layout.Hall).Configure(Row.Version + 1, layout, dryRun: true);
            var hall = model.Objects["Hall/" + layout.Hall];
            errors.AddRange(answer.Objections.Select(objection => hall.Error("spec", objection, "")));
        }
        return errors;
    }

    private async Task Tell(Domain.Halls.HallLayout layout)
    {
        var answer = await GrainFactory.Hall(layout.Hall).Configure(Row.Version, layout, dryRun: false);
        if (answer.Objections.Count > 0)
            _log.LogWarning("Hall {Hall} keeps its layout for now: {Objections}", layout.Hall, string.Join("; ", answer.Objections));
    }

    private string KindOfChange(Manifest manifest)
    {
        if (!_model.Objects.TryGetValue(manifest.Key, out var old))
            return "created";
        return ManifestWriter.ToJson(old).ToJsonString() == ManifestWriter.ToJson(manifest).ToJsonString() ? "unchanged" : "changed";
    }

    private string NamesOf(string kind)
    {
        var names = _model.Objects.Values.Where(manifest => manifest.Kind == kind).Select(manifest => manifest.Name).ToList();
        return names.Count == 0 ? "none" : string.Join(", ", names);
    }
}
