using ControlPlane.Domain;
using ControlPlane.Grains.Grid;

namespace ControlPlane.Grains.Placement;

/// <summary>The newest ledger entries as events for people. Older ones stay in the ledger.</summary>
internal sealed class HallEventLog
{
    /// <summary>How many are kept in memory: some hours of a busy hall, about a megabyte.</summary>
    private const int Kept = 8192;

    private readonly Queue<HallEvent> _events = new();

    public void Add(LedgerEntry entry, HallBook book)
    {
        _events.Enqueue(Describe(entry, book));
        if (_events.Count > Kept)
            _events.Dequeue();
    }

    public HallEvents After(long sequence, int count, long last) => new(
        _events.SkipWhile(happened => happened.Sequence <= sequence).Take(count).ToValueList(),
        _events.Count == 0 ? last : _events.Peek().Sequence, last);

    private static HallEvent Describe(LedgerEntry entry, HallBook book)
    {
        var (subject, message) = entry switch
        {
            HallConfigured configured => ($"Hall/{configured.Layout.Hall}",
                $"Layout of version {configured.Version}: {configured.Layout.Racks.Count} racks, {configured.Layout.GpuCount} GPUs."),
            JobQueued queued => ($"Job/{queued.Job}", queued.Decision.Explain()),
            JobPlaced placed => ($"Job/{placed.Job}", placed.Decision.Explain()),
            JobRefused refused => ($"Job/{refused.Job}", refused.Decision.Explain()),
            JobStarted started => ($"Job/{started.Job}", "Every task runs."),
            JobEnded ended => ($"Job/{ended.Job}", $"{ended.Phase}. {ended.Message}"),
            StepTaken taken => ($"Job/{taken.Step.Job}", taken.Message),
            JobForgotten forgotten => ($"Job/{forgotten.Job}", "Its final state is in its own row."),
            PowerLimitAsked asked => ($"PowerDomain/{asked.Domain}", PowerMessage(asked, book)),
            PowerLowered lowered => ($"Hall/{book.Names.Layout.Hall}", $"{Limits(lowered.Jobs)}: {lowered.Because}"),
            PowerConfirmed confirmed => ($"Hall/{book.Names.Layout.Hall}", $"In force on every rack: {Limits(confirmed.Jobs)}."),
            PowerRaised raised => ($"Hall/{book.Names.Layout.Hall}", $"May draw more again: {Limits(raised.Jobs)}."),
            PowerBooked booked => ($"PowerDomain/{booked.Domain}", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{booked.Factor:0.###} times its limit may be booked: {booked.Because}")),
            FailsafeFired fired => (Subject(fired.Subject), $"Armed caps hold on {fired.Racks.Count} racks: {fired.Because}"),
            FailsafeReleased released => (Subject(released.Subject), $"Armed caps are released on {released.Racks.Count} racks: {released.Because}"),
            NodeConditionChanged changed => ($"Node/{changed.Node}", ConditionText.Of(changed, book)),
            RackHeatChanged changed => ($"Rack/{changed.Rack}", changed.Because.Length == 0 ? "Cool enough for new work." : $"Takes nothing new: {changed.Because}."),
            LoopChanged changed => ($"CoolingLoop/{changed.Loop}", $"{(changed.IsLost ? "Carries no heat." : "Carries heat again.")} {changed.Because}".TrimEnd()),
            RackConditionChanged changed => ($"Rack/{changed.Rack}", ConditionText.Of(changed, book)),
            NodeReachChanged changed => ($"Node/{changed.Node}", ConditionText.Of(changed, book)),
            NodeHealthChanged changed => ($"Node/{changed.Node}", ConditionText.Of(changed, book)),
            SignalGiven given => ($"Hall/{book.Names.Layout.Hall}", given.Signal is { } signal ? $"The grid's signal of {signal.Points.Count} points by {signal.By}: {book.Deferred.Count} jobs are put off." : "The grid's signal is withdrawn."),
            DeferralsEnded due => ($"Hall/{book.Names.Layout.Hall}", $"The window has begun for {string.Join(", ", due.Jobs.Take(8))}{(due.Jobs.Count > 8 ? $" and {due.Jobs.Count - 8} more" : "")}."),
            GpuConditionChanged changed => ($"Gpu/{changed.Gpu}", changed.Failed ? "Failed." : "Repaired."),
            StragglersChanged changed => ($"Job/{changed.Job}", changed.Ranks.Count == 0 ? "No rank holds it up any more." : changed.Message),
            LinkChanged changed => ($"Link/{changed.Link}", LinkText.Of(changed)),
            _ => ("", ""),
        };
        var kind = entry is StepTaken { Step.Kind: var step } ? "Job" + step : entry.GetType().Name;
        return new HallEvent(entry.Sequence, entry.At, kind, subject, message);
    }

    private static string Subject(string name) => HallLimits.LoopOf(name) is null ? "PowerDomain/" + name : name;

    private static string Limits(ValueList<Scheduling.JobPercent> jobs) =>
        string.Join(", ", jobs.Take(8).Select(one => $"{one.Job} {one.Percent} %")) + (jobs.Count > 8 ? $" and {jobs.Count - 8} more" : "");

    private static string PowerMessage(PowerLimitAsked asked, HallBook book)
    {
        if (asked.Limit is not { } limit)
            return "The layout's own limit is in force again.";
        var inForce = book.Names.Domains.TryGetValue(asked.Domain, out var domain) ? book.State!.PowerLimit(domain) : limit;
        return inForce == limit ? $"Limit {limit} in force." : $"Limit {limit} asked for; {inForce} in force until committed power falls.";
    }
}
