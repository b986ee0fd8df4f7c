using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Planning.Trials;

/// <summary>What a need came to in a quarter with failures, over several seeds.</summary>
/// <param name="Quarter">The quarter.</param>
/// <param name="Need">The need.</param>
/// <param name="Asked">Tokens/s that are asked for; for training the dense bf16 Tflop/s that its GPU-hours come to when nothing of them is lost.</param>
/// <param name="Given">What was given of that in the mean over the quarter: tokens/s, or useful dense bf16 Tflop/s.</param>
/// <param name="Percent">The same in percent of what is asked.</param>
/// <param name="FullPercent">Share of the time in which all of the asked tokens/s could be served, in percent; null for training.</param>
/// <param name="LeastPercent">What <paramref name="Percent"/> must be at least, its margin taken off.</param>
public sealed record FailureResult(
    string Quarter, string Need, double Asked, ConfidenceBand Given, ConfidenceBand Percent, ConfidenceBand? FullPercent, double LeastPercent)
{
    /// <summary>Whether it is enough, even at the lower end of the band.</summary>
    public bool Holds => Percent.Mean - Percent.Margin >= LeastPercent;
}

/// <summary>Plays the quarters of a plan in the event twin with failures at a stated rate, once for each seed.</summary>
public static class FailureTrial
{
    // Until then everything has found its place and started.
    private const long WarmUp = 3_600_000;

    /// <summary>Plays a quarter.</summary>
    /// <param name="question">The question; it states how often nodes fail.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    /// <param name="watch">Told before every seed; ends the trial when it says so.</param>
    /// <returns>One result a need that is asked for; null when it was ended before two seeds were played.</returns>
    public static IReadOnlyList<FailureResult>? Run(CapacityQuestion question, int quarter, RackPlan plan, HardwareCatalogue catalogue, PlanWatch? watch = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        if (question.Plan.Failures is not { } text || !PublishedFailures.TryRead(text, out var rate, out var source))
            throw new ArgumentException("A failure rate is needed.", nameof(question));
        var halls = new PlanHalls(question, plan.Racks[quarter], catalogue);
        var work = PlacedWork.Place(question, halls.Without([]), plan.Uses[quarter][0]);
        var runs = new List<Played>();
        for (var seed = 0; seed < question.Plan.Seeds; seed++)
        {
            if (watch?.Goes($"{question.Quarters[quarter]} in the twin, seed {question.Plan.Seed + seed}", seed, question.Plan.Seeds) == false)
                break;
            var played = new Played(question, quarter);
            for (var hall = 0; hall < halls.Layouts.Count; hall++)
            {
                var trial = new HallTrial(question, halls, hall, work.Counts, work.Counts);
                // Halls fail each by itself: a seed of one hall is never that of another.
                played.Add(trial, trial.Plan with { Seed = SeedOf(question.Plan.Seed + seed, hall), FailuresPerNodeDay = rate.PerNodeDay, FailureSource = source });
            }
            runs.Add(played);
        }
        return runs.Count < 2 ? null : Results(question, quarter, runs);
    }

    private static ulong SeedOf(int seed, int hall) => ((ulong)(uint)seed * 1000) + (ulong)hall;

    private static List<FailureResult> Results(CapacityQuestion question, int quarter, List<Played> runs)
    {
        var results = new List<FailureResult>();
        for (var need = 0; need < question.Needs.Count; need++)
        {
            var one = question.Needs[need];
            var asked = one.IsTraining ? one.Amounts[quarter] * question.Plan.TrainingGoodputPercent / 100.0 : one.Amounts[quarter];
            if (asked <= 0)
                continue;
            List<(double Given, double Full)> each = [.. runs.Select(run => one.IsTraining ? (run.Trained, 0) : run.Served(need))];
            results.Add(new FailureResult(
                question.Quarters[quarter].ToString(), one.Name, asked, ConfidenceBand.Of([.. each.Select(run => run.Given)]),
                ConfidenceBand.Of([.. each.Select(run => 100 * run.Given / asked)]),
                one.IsTraining ? null : ConfidenceBand.Of([.. each.Select(run => 100 * run.Full)]), one.IsTraining ? 100 : question.Plan.ServedPercent));
        }
        return results;
    }

    // One seed: all halls, from the end of the warm-up to the end of the quarter.
    private sealed class Played(CapacityQuestion question, int quarter)
    {
        private readonly List<(long At, int Need, double More)> _changes = [];
        private readonly long _until = WarmUp + (question.Quarters[quarter].Hours * 3_600_000L);

        /// <summary>Dense bf16 Tflop/s that training kept, in the mean.</summary>
        public double Trained { get; private set; }

        public void Add(HallTrial trial, TwinPlan plan)
        {
            var twin = new EventTwin(plan);
            twin.Advance(WarmUp);
            var before = trial.Trained(twin.Outcome());
            twin.Advance(_until);
            var outcome = twin.Outcome();
            Trained += (trial.Trained(outcome) - before) / (_until - WarmUp);
            _changes.AddRange(trial.Changes(outcome));
        }

        /// <summary>Tokens/s that were served of those asked for, in the mean, and the share of the time in which all were.</summary>
        public (double Given, double Full) Served(int need)
        {
            double asked = question.Needs[need].Amounts[quarter];
            var (can, at, given, full) = (0.0, WarmUp, 0.0, 0L);
            foreach (var instant in _changes.Where(change => change.Need == need).GroupBy(change => change.At).OrderBy(instant => instant.Key).Append(null))
            {
                var until = Math.Clamp(instant?.Key ?? _until, WarmUp, _until);
                given += Math.Min(can, asked) * (until - at);
                full += can >= asked * (1 - 1e-6) ? until - at : 0;
                at = until;
                can += instant?.Sum(change => change.More) ?? 0;
            }
            return (given / (_until - WarmUp), full / (double)(_until - WarmUp));
        }
    }
}
