using ControlPlane.Domain;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>What a check came to.</summary>
public enum CheckVerdict
{
    /// <summary>Nothing says what would be right, or nothing was read: neither passed nor failed.</summary>
    NotJudged = 0,

    /// <summary>As it should be.</summary>
    Passed = 1,

    /// <summary>Not as it should be.</summary>
    Failed = 2,
}

/// <summary>One line of a diagnosis.</summary>
/// <param name="Check">What was looked at, such as <c>memory bandwidth</c>.</param>
/// <param name="Measured">What was found, with its unit; <c>unknown</c> when nothing was.</param>
/// <param name="Required">What it had to be; empty when nothing says so.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Why">The reason of the verdict, or where the requirement comes from.</param>
public sealed record CheckResult(string Check, string Measured, string Required, CheckVerdict Verdict, string Why)
{
    /// <summary>A rate that devices of one kind can be compared by, more being better; null for other checks.</summary>
    public double? Rate { get; init; }

    /// <summary>True for a test that was to be made and was not.</summary>
    public bool IsLeftOut { get; init; }
}

/// <summary>The diagnosis of one device.</summary>
/// <param name="Device">Its id, such as <c>cuda:0</c> or a GPU's id in the factory.</param>
/// <param name="Name">What it calls itself; devices of one name are compared with each other.</param>
/// <param name="Checks">The checks, in the order they were made.</param>
public sealed record DeviceDiagnosis(string Device, string Name, ValueList<CheckResult> Checks)
{
    /// <summary>Failed when a check failed; passed when none did, none was left out, and one at least passed.</summary>
    public CheckVerdict Verdict =>
        Checks.Any(check => check.Verdict == CheckVerdict.Failed) ? CheckVerdict.Failed
        : Checks.Any(check => check.Verdict == CheckVerdict.Passed) && !Checks.Any(check => check.IsLeftOut) ? CheckVerdict.Passed
        : CheckVerdict.NotJudged;
}
