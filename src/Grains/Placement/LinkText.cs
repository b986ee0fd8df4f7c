using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Says what a trunk that is out of use means for the gangs that cross it.</summary>
internal static class LinkText
{
    /// <summary>Gangs that are named; more are counted.</summary>
    private const int Named = 8;

    /// <summary>What happened to a trunk, and who crosses it.</summary>
    public static string Of(LinkChanged changed)
    {
        var because = changed.Because.Length == 0 ? "" : $" {changed.Because}";
        var across = changed.Up || changed.Across.Count == 0 ? "" : $" Gangs across it: {Names(changed.Across)}.";
        return $"{(changed.Up ? "Back in use." : "Out of use.")}{because}{across}";
    }

    /// <summary>What a gang should know of dead trunks that it crosses; empty when there are none.</summary>
    public static string Notice(JobEntry job, HallState state)
    {
        var cut = state.CutLinksOf(job.Job);
        if (cut.Count == 0)
            return "";
        var trunks = string.Join(", ", cut.Select(link => state.Layout.Links[link].Id));
        var across = cut.SelectMany(state.JobsAcross).Distinct().OrderBy(other => other.Value, StringComparer.Ordinal).ToList();
        return $"Out of use: {trunks}, crossed by {Names(across)}. This gang runs on across it, knowingly, "
            + (job.Spec.Preemptible ? "until it can start elsewhere whole." : "for it may not be moved.");
    }

    private static string Names(IReadOnlyCollection<JobId> jobs) =>
        string.Join(", ", jobs.Take(Named)) + (jobs.Count > Named ? $" and {jobs.Count - Named} more" : "");
}
