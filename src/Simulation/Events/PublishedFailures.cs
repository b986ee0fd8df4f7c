using System.Globalization;
using ControlPlane.Facility.Reliability;

namespace ControlPlane.Simulation.Events;

/// <summary>Failure rates by the names under which they were published.</summary>
public static class PublishedFailures
{
    /// <summary>What may be written for one.</summary>
    public const string Form = "rsc1, rsc2, llama3, none or failures per node and day from 0 to 100";

    /// <summary>Reads a rate and where it comes from.</summary>
    public static bool TryRead(string text, out FailureRate rate, out string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        (rate, source) = text switch
        {
            "none" => (FailureRate.FromPerNodeDay(0), "stated for this run"),
            "rsc1" => (FailureRate.Rsc1, "Meta's RSC1 (Kokolis et al., HPCA 2025, arXiv:2410.21680)"),
            "rsc2" => (FailureRate.Rsc2, "Meta's RSC2 (Kokolis et al., HPCA 2025, arXiv:2410.21680)"),
            "llama3" => (FailureRate.Llama3, "Llama 3 405B: 419 unplanned interruptions of 16,384 GPUs in 54 days (arXiv:2407.21783)"),
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 100
                => (FailureRate.FromPerNodeDay(number), "stated for this run"),
            _ => (default, ""),
        };
        return source.Length > 0;
    }
}
