namespace ControlPlane.Facility.Grid;

/// <summary>How a job fared during an event.</summary>
/// <param name="Performance">Its speed over the speed it would have had, 0 or more.</param>
/// <param name="Flex">What it may lose.</param>
/// <param name="Weight">What it counts for, such as its GPUs; 0 or more.</param>
public sealed record JobService(double Performance, FlexClass Flex, double Weight = 1)
{
    /// <summary>Whether it fell below its floor.</summary>
    public bool IsViolated => Require.NotNegative(Performance) < Require.Share(Flex.Floor);

    /// <summary>Performance of all jobs by weight.</summary>
    /// <param name="jobs">At least one of them weighs something.</param>
    /// <exception cref="ArgumentOutOfRangeException">Nothing weighs anything.</exception>
    public static double Weighted(IReadOnlyCollection<JobService> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var weight = Require.Positive(jobs.Sum(job => Require.NotNegative(job.Weight)), nameof(jobs));
        return jobs.Sum(job => job.Weight * Require.NotNegative(job.Performance)) / weight;
    }

    /// <summary>How many jobs fell below their floors.</summary>
    public static int Violations(IEnumerable<JobService> jobs) => jobs.Count(job => job.IsViolated);
}
