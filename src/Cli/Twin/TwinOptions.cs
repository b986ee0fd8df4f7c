using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Facility.Reliability;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Cli.Twin;

/// <summary>What may be assumed differently at the start of a run and at a fork: only what is given changes the plan.</summary>
internal sealed class TwinOptions
{
    private readonly Option<string?> _failures = new("--failures") { Description = "Failures per node and day: rsc1 (6.50e-3), rsc2 (2.34e-3), llama3 (3.79e-3), none, or a number. rsc1 by default." };
    private readonly Option<double?> _software = new("--software-share") { Description = "Share of failures after which only the jobs start again, 0 to 1." };
    private readonly Option<double?> _repair = new("--repair-hours") { Description = "Mean hours until a failed node is back; 24 by default." };
    private readonly Option<double?> _checkpoint = new("--checkpoint-cost") { Description = "Seconds that a checkpoint stops a gang; 60 by default." };
    private readonly Option<string?> _every = new("--checkpoint-every") { Description = "Seconds of work between checkpoints, or young (the default) for Young's interval of each gang." };
    private readonly Option<double?> _restart = new("--restart") { Description = "Seconds from a failure until work goes on; 300 by default." };
    private readonly Option<double?> _utilisation = new("--training-utilisation") { Description = "Share of a GPU's range between idle and limit that training draws." };
    private readonly Option<double?> _kilowattHour = new("--dollars-per-kwh") { Description = "Price of electricity; without one, and without the other, nothing is said of costs." };
    private readonly Option<double?> _gpuHour = new("--dollars-per-gpu-hour") { Description = "What an hour of each GPU costs beside electricity." };
    private readonly Option<string?> _backfill = new("--backfill") { Description = "none (the default), easy or conservative." };
    private readonly Option<string?> _preferred = new("--prefer") { Description = "What gangs of several nodes prefer to stay within: rack, leaf (the default), spine or none." };
    private readonly Option<string?> _faults = new("--faults") { Description = "A JSON file: [{\"atSeconds\": 86400, \"kind\": \"rack\", \"name\": \"rack-01\", \"forSeconds\": 3600}]; kinds node, rack, limit with kilowatts, and link (dead, with leftShare it carries less, with downSeconds and everySeconds it flaps); beside those of the plan." };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public IEnumerable<Option> All => [_failures, _software, _repair, _checkpoint, _every, _restart, _utilisation, _kilowattHour, _gpuHour, _backfill, _preferred, _faults];

    /// <summary>The plan with what was given.</summary>
    /// <exception cref="ArgumentException">Something given cannot be read.</exception>
    public TwinPlan Over(TwinPlan plan, ParseResult parsed)
    {
        if (parsed.GetValue(_failures) is { } failures)
            plan = plan with { FailuresPerNodeDay = Rate(failures).PerNodeDay, FailureSource = Source(failures) };
        return plan with
        {
            SoftwareShare = parsed.GetValue(_software) ?? plan.SoftwareShare,
            RepairHours = parsed.GetValue(_repair) ?? plan.RepairHours,
            CheckpointSeconds = parsed.GetValue(_checkpoint) ?? plan.CheckpointSeconds,
            CheckpointEverySeconds = parsed.GetValue(_every) is { } every ? Every(every) : plan.CheckpointEverySeconds,
            RestartSeconds = parsed.GetValue(_restart) ?? plan.RestartSeconds,
            TrainingUtilisation = parsed.GetValue(_utilisation) ?? plan.TrainingUtilisation,
            DollarsPerKilowattHour = parsed.GetValue(_kilowattHour) ?? plan.DollarsPerKilowattHour,
            DollarsPerGpuHour = parsed.GetValue(_gpuHour) ?? plan.DollarsPerGpuHour,
            Backfill = parsed.GetValue(_backfill) ?? plan.Backfill,
            Preferred = parsed.GetValue(_preferred) ?? plan.Preferred,
            Faults = parsed.GetValue(_faults) is { } file ? [.. plan.Faults, .. Faults(file)] : plan.Faults,
        };
    }

    /// <summary>A published failure rate by its name, or a number.</summary>
    public static FailureRate Rate(string text) => PublishedFailures.TryRead(text, out var rate, out _)
        ? rate : throw new ArgumentException($"--failures: {PublishedFailures.Form} were expected, not '{text}'.");

    /// <summary>Where such a rate comes from.</summary>
    public static string Source(string text) => PublishedFailures.TryRead(text, out _, out var source) ? source : "";

    private static double? Every(string text) =>
        text == "young" ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw new ArgumentException($"--checkpoint-every: a number of seconds or young was expected, not '{text}'.");

    private static List<TwinFault> Faults(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<List<TwinFault>>(File.ReadAllText(file), Json) ?? throw new ArgumentException($"{file}: a list of faults was expected.");
        }
        catch (JsonException fault)
        {
            throw new ArgumentException($"{file}:{(fault.LineNumber ?? 0) + 1}:{(fault.BytePositionInLine ?? 0) + 1}: is no list of faults: {fault.Message}");
        }
    }
}
