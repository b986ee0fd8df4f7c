using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Manifests;
using ControlPlane.Planning.WhatIf;

namespace ControlPlane.Planning.Capacity;

/// <summary>What reading a demand file gave: a question, or every error.</summary>
/// <param name="Question">The question, or null.</param>
/// <param name="Errors">What is wrong, with file, line, column, field, and what would be right.</param>
public sealed record PlanReading(CapacityQuestion? Question, IReadOnlyList<ManifestError> Errors);

/// <summary>
/// Reads a demand file: the manifests of a factory without racks (Site, Hall, PowerDomain, CoolingLoop, Fabric), and
/// kinds of its own for rows, offers, figures and demand.
/// </summary>
public static class PlanReader
{
    private static readonly Dictionary<string, Type> Own = new(StringComparer.Ordinal)
    {
        ["CapacityPlan"] = typeof(CapacityPlanSpec),
        ["RackRow"] = typeof(RackRowSpec),
        ["RackOffer"] = typeof(RackOfferSpec),
        ["Throughput"] = typeof(ThroughputSpec),
        ["ServingDemand"] = typeof(ServingDemandSpec),
        ["TrainingDemand"] = typeof(TrainingDemandSpec),
        ["Curtailment"] = typeof(CurtailmentSpec),
        ["WarmWater"] = typeof(WarmWaterSpec),
        ["Maintenance"] = typeof(MaintenanceSpec),
        ["ObservedDraw"] = typeof(ObservedDrawSpec),
    };

    private static readonly string[] Shared = ["Site", "Hall", "PowerDomain", "CoolingLoop", "Fabric"];

    /// <summary>The kinds that may stand in a demand file.</summary>
    public static IReadOnlyDictionary<string, Type> Kinds { get; } =
        Own.Concat(Shared.Select(kind => KeyValuePair.Create(kind, ManifestKinds.All[kind]))).ToDictionary(StringComparer.Ordinal);

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    /// <param name="open">Opens a file that it names; null where there are none.</param>
    public static PlanReading Read(string text, string file, HardwareCatalogue catalogue, Func<string, TextReader>? open = null)
    {
        var reading = ManifestReader.Read(text, file, Kinds);
        if (reading.Errors.Length > 0)
            return new PlanReading(null, reading.Errors);
        var factory = FactoryModel.Empty.With(reading.Manifests.Where(manifest => !Own.ContainsKey(manifest.Kind)), [], catalogue);
        if (factory.Model is null)
            return new PlanReading(null, factory.Errors);
        var errors = new List<ManifestError>();
        var question = new QuestionBuilder([.. reading.Manifests], factory.Model, catalogue, file, new PlanFiles(open, errors), errors).Build();
        return new PlanReading(errors.Count > 0 ? null : question, errors);
    }
}
