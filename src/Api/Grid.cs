namespace ControlPlane.Api;

/// <summary>A load target to plan for.</summary>
/// <param name="Limit">The most that may be drawn, such as 400kW.</param>
/// <param name="From">When it would begin.</param>
/// <param name="Until">When it would end.</param>
public sealed record TargetRequest(string Limit, DateTimeOffset From, DateTimeOffset Until);

/// <summary>What a load target would do to a hall as it is now.</summary>
/// <param name="Domain">The power domain.</param>
/// <param name="LimitWatts">The target.</param>
/// <param name="CommittedWatts">What is committed below the domain now.</param>
/// <param name="AfterWatts">What would be committed once everything has happened.</param>
/// <param name="IsMet">Whether that keeps the target.</param>
/// <param name="AvoidedKilowattHours">Energy that it would avoid over the window, at the jobs' power limits.</param>
/// <param name="Jobs">The jobs that would be lowered.</param>
/// <param name="Tiers">How fast jobs would still be, by what they accept lower limits by.</param>
public sealed record TargetPlanResponse(
    string Domain, double LimitWatts, double CommittedWatts, double AfterWatts, bool IsMet, double AvoidedKilowattHours,
    IReadOnlyList<LoweredJobResponse> Jobs, IReadOnlyList<TierResponse> Tiers);

/// <summary>A job that a load target would lower.</summary>
/// <param name="Job">Its name.</param>
/// <param name="FromPercent">Its power limit now.</param>
/// <param name="ToPercent">Its power limit then.</param>
/// <param name="FreedWatts">What that frees.</param>
/// <param name="Tier">What it accepts lower limits by.</param>
/// <param name="Speed">Its speed then over its speed now, 0 to 1, by the measured curve of its class of work.</param>
/// <param name="Gpus">GPUs that it holds.</param>
public sealed record LoweredJobResponse(string Job, int FromPercent, int ToPercent, double FreedWatts, string Tier, double Speed, double Gpus);

/// <summary>How the lowered jobs of one tier would fare.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Jobs">How many.</param>
/// <param name="Gpus">GPUs that they hold.</param>
/// <param name="Speed">Their speed over their speed now, by GPUs, 0 to 1.</param>
public sealed record TierResponse(string Tier, int Jobs, double Gpus, double Speed);

/// <summary>How a feed kept a target, by what was metered.</summary>
/// <param name="Domain">The feed.</param>
/// <param name="TargetWatts">The most that it was to draw.</param>
/// <param name="BaselineWatts">Mean of the minutes before.</param>
/// <param name="Minutes">Minutes that were metered.</param>
/// <param name="Kept">How many of them kept the target.</param>
/// <param name="Missing">Minutes of the window that were not metered.</param>
/// <param name="Estimated">Metered minutes of which a part is an estimate.</param>
/// <param name="MeanWatts">Mean of the window.</param>
/// <param name="HighestWatts">The worst minute.</param>
/// <param name="LowestWatts">The lowest minute.</param>
/// <param name="AvoidedKilowattHours">Energy avoided against the baseline.</param>
/// <param name="IsKept">Whether every minute was metered and kept the target.</param>
/// <param name="Series">Minute by minute.</param>
public sealed record EventReportResponse(
    string Domain, double TargetWatts, double BaselineWatts, int Minutes, int Kept, int Missing, int Estimated, double MeanWatts,
    double HighestWatts, double LowestWatts, double AvoidedKilowattHours, bool IsKept, IReadOnlyList<MinuteResponse> Series);

/// <summary>What a feed drew in one minute.</summary>
/// <param name="At">The minute's first instant.</param>
/// <param name="Watts">Mean of its readings.</param>
/// <param name="AskedWatts">The lowest limit asked of the feed in it, or null.</param>
/// <param name="IsEstimate">True when a part was not measured.</param>
/// <param name="IsKept">Whether it kept the target.</param>
public sealed record MinuteResponse(DateTimeOffset At, double Watts, double? AskedWatts, bool IsEstimate, bool IsKept);

/// <summary>A grid's signal as a file.</summary>
/// <param name="File">CSV with the header from,price,carbon, or JSON.</param>
/// <param name="By">price or carbon; the price where the file has prices, when left out.</param>
public sealed record SignalRequest(FileBody File, string? By = null);

/// <summary>A hall's signal.</summary>
/// <param name="Points">How many points it has; 0 when there is none.</param>
/// <param name="By">price or carbon; empty when there is none.</param>
/// <param name="Deferred">Jobs that are put off.</param>
public sealed record SignalResponse(int Points, string By, int Deferred);
