using System.Diagnostics.CodeAnalysis;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;
using ControlPlane.Facility.Health;
using ControlPlane.Grains.Health;

namespace ControlPlane.Host.Endpoints;

/// <summary>Reads a health report; everything that is wrong with it is told at once.</summary>
internal sealed class HealthBody
{
    private const int LongestName = 100;
    private const int LongestMessage = 1000;
    private const int MostAlerts = 64;
    private const int MostSuccesses = 512;

    private readonly List<ManifestError> _errors = [];
    private readonly HashSet<HealthPart> _parts = [];

    private HealthBody()
    {
    }

    public static (HealthStatement? Said, IReadOnlyList<ManifestError> Errors) Read(string source, HealthReportRequest request)
    {
        var body = new HealthBody();
        var said = body.Statement(source, request);
        return body._errors.Count == 0 ? (said, []) : (null, body._errors);
    }

    public static ManifestError Error(string field, string problem, string expected) => new("-", 0, 0, field, problem, expected);

    private HealthStatement Statement(string source, HealthReportRequest request)
    {
        if (!Names.IsValid(source))
            Add("source", $"'{source}' is not a name", Names.Rule);
        if (request.Source is { } named && named != source)
            Add("source", $"'{named}' is not the source in the path, '{source}'", "leave it out, or say the same");
        var mode = HealthMode.Report;
        if (request.Mode is { } word && !(Enum.TryParse(word, true, out mode) && Answers.Word(mode) == word))
            Add("mode", $"'{word}' is not a mode", "use report, merge or replace");
        var at = Instant("observedAt", request.ObservedAt, isRequired: true) ?? default;
        if (request.Alerts?.Count > MostAlerts || request.Successes?.Count > MostSuccesses)
            Add("alerts", "the report is too long", $"give at most {MostAlerts} alerts and {MostSuccesses} successes");
        var alerts = (request.Alerts ?? []).Select((alert, index) => Alert($"alerts[{index}]", alert, at)).ToList();
        var successes = (request.Successes ?? []).Select((part, index) => Part($"successes[{index}]", part?.Id, part?.Target)).ToValueList();
        return new HealthStatement(source, mode, at, successes, alerts.ToValueList());
    }

    private HealthFinding Alert(string field, HealthAlertBody? alert, DateTimeOffset at)
    {
        var part = Part(field, alert?.Id, alert?.Target);
        var since = Instant(field + ".inAlertSince", alert?.InAlertSince, isRequired: false);
        if (since > at && at != default)
            Add(field + ".inAlertSince", "it began after it was seen", "give an instant not after observedAt, or leave it out");
        if (alert?.Message?.Length > LongestMessage)
            Add(field + ".message", $"it has {alert.Message.Length} characters", $"use at most {LongestMessage}");
        foreach (var name in alert?.Classifications ?? [])
        {
            if (name is null || !HealthClassifications.All.Contains(name))
                Add(field + ".classifications", $"'{name}' is not a classification", "use any of " + string.Join(", ", HealthClassifications.All));
        }
        return new HealthFinding(part, since, alert?.Message ?? "", (alert?.Classifications ?? []).OfType<string>().ToValueList());
    }

    private HealthPart Part(string field, string? id, string? target)
    {
        if (!IsText(id))
            Add(field + ".id", id is null ? "it is missing" : $"'{id}' is not a name of something looked at", $"give 1 to {LongestName} visible characters, such as BmcSensor");
        if (target is not null && !IsText(target))
            Add(field + ".target", $"'{target}' is not a part", $"give 1 to {LongestName} visible characters, or leave it out");
        var part = new HealthPart(id ?? "", target);
        if (IsText(id) && !_parts.Add(part))
            Add(field, $"{part} is given twice", "say of each part once whether it is right or wrong");
        return part;
    }

    private DateTimeOffset? Instant(string field, string? text, bool isRequired)
    {
        if (text is null)
        {
            if (isRequired)
                Add(field, "it is missing", "give an instant such as 2026-11-26T08:00:00Z");
            return null;
        }
        if (Instants.TryParse(text, out var instant))
            return instant;
        Add(field, $"'{text}' is not an instant", "give one such as 2026-11-26T08:00:00Z");
        return null;
    }

    private static bool IsText([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= LongestName } && !text.Any(char.IsControl) && !string.IsNullOrWhiteSpace(text);

    private void Add(string field, string problem, string expected) => _errors.Add(Error(field, problem, expected));
}
