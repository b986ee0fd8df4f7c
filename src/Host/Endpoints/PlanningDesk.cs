using System.Diagnostics.CodeAnalysis;
using ControlPlane.Api;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Host.Endpoints;

/// <summary>
/// Makes capacity plans one at a time, in the order in which they were asked for, on a thread of its own below everything else
/// that the host does. What was acknowledged is on disk; one that was being made when the host ended is made again.
/// </summary>
internal sealed partial class PlanningDesk(PlanningFolder folder, TimeProvider clock, ILogger<PlanningDesk> log) : IHostedService, IDisposable
{
    /// <summary>Plans that wait at most.</summary>
    public const int MostWaiting = 16;

    // Ended plans that are kept: the newest.
    private const int MostKept = 100;

    private static readonly TimeSpan MostTime = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _plans = new(StringComparer.Ordinal);
    private readonly Queue<Entry> _queue = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private volatile bool _ends;
    private Thread? _thread;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (request, state) in folder.Read().OrderBy(plan => plan.State.SubmittedAt))
        {
            var entry = new Entry(request, state);
            _plans.Add(state.Id, entry);
            if (!state.IsOver)
                Again(entry);
        }
        _thread = new Thread(Work) { IsBackground = true, Priority = ThreadPriority.BelowNormal, Name = "plans" };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _ends = true;
        _waiting.Release();
        // An orderly end is no fault of the plan that is being made.
        lock (_gate)
        {
            foreach (var running in _plans.Values.Select(plan => plan.State).Where(plan => plan.State == "running").ToList())
                Put(running with { State = "queued" }, lasts: true);
        }
        return Task.CompletedTask;
    }

    public void Dispose() => _waiting.Dispose();

    /// <summary>Takes a plan that was read and found sound.</summary>
    /// <returns>How it stands; null when too many wait, or when another request has its id.</returns>
    public CapacityPlanResponse? Submit(CapacityPlanRequest request, string id, string name, out bool isTaken)
    {
        lock (_gate)
        {
            isTaken = false;
            if (_plans.TryGetValue(id, out var known))
            {
                isTaken = !IsSame(known.Request, request);
                return isTaken ? null : known.State;
            }
            if (_plans.Values.Count(plan => plan.State.State == "queued") >= MostWaiting)
                return null;
            var entry = new Entry(request, new CapacityPlanResponse(id, name, "queued", clock.GetUtcNow(), null, "", 0, 0, null, "", []));
            folder.Write(request, entry.State);
            Enqueue(entry);
            Prune();
            return entry.State;
        }
    }

    public CapacityPlanResponse? Find(string id)
    {
        lock (_gate)
            return _plans.GetValueOrDefault(id)?.State;
    }

    public IReadOnlyList<CapacityPlanResponse> All()
    {
        lock (_gate)
            return [.. _plans.Values.Select(plan => plan.State).OrderByDescending(plan => plan.SubmittedAt).ThenBy(plan => plan.Id, StringComparer.Ordinal)];
    }

    /// <summary>Ends a plan early; null when there is none.</summary>
    public CapacityPlanResponse? Cancel(string id)
    {
        lock (_gate)
        {
            if (!_plans.TryGetValue(id, out var entry))
                return null;
            entry.Stop.IsAsked = true;
            if (entry.State.State == "queued")
                Put(entry.State with { State = "stopped", EndedAt = clock.GetUtcNow(), Message = "cancelled before it began" }, lasts: true);
            return _plans[id].State;
        }
    }

    public string? Text(CapacityPlanResponse state, string name) => folder.Text(state, name);

    private static bool IsSame(CapacityPlanRequest one, CapacityPlanRequest other) =>
        one.File == other.File && (one.Files ?? []).SequenceEqual(other.Files ?? []);

    // Once: what ends the host with it must not end it for ever.
    private void Again(Entry entry)
    {
        if (entry.State.State == "running" && entry.State.Message.Length > 0)
            Put(entry.State with { State = "failed", EndedAt = clock.GetUtcNow(), Message = "the host ended twice while it was made" }, lasts: true);
        else
            Enqueue(entry with { State = entry.State with { State = "queued", Message = entry.State.State == "running" ? "made again: the host ended meanwhile" : "", Doing = "", Done = 0, Of = 0 } });
    }

    private void Enqueue(Entry entry)
    {
        _plans[entry.State.Id] = entry;
        _queue.Enqueue(entry);
        _waiting.Release();
    }

    private void Work()
    {
        while (true)
        {
            _waiting.Wait();
            if (_ends)
                return;
            Entry? entry;
            lock (_gate)
            {
                // One that was cancelled while it waited is over, and may be forgotten by now.
                if (!_plans.TryGetValue(_queue.Dequeue().State.Id, out entry) || entry.State.State != "queued")
                    continue;
                Put(entry.State with { State = "running" }, lasts: true);
            }
            Make(entry);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A plan that fails must not end the making of all others; the log has the whole fault.")]
    private void Make(Entry entry)
    {
        var id = entry.State.Id;
        try
        {
            var reading = PlanningEndpoints.Read(entry.Request);
            if (reading.Question is not { } question)
            {
                End(id, "failed", null, string.Join("; ", reading.Errors.Select(error => error.ToString())), []);
                return;
            }
            var until = clock.GetUtcNow() + MostTime;
            var report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out var plan, new PlanWatch
            {
                IsStopped = () => _ends || entry.Stop.IsAsked || clock.GetUtcNow() > until,
                Told = (what, done, of) => Tell(id, what, done, of),
            });
            // It ends with the host: it is made again when the host is back.
            if (_ends)
                return;
            var names = new List<string>();
            foreach (var (name, text) in PlanTexts.Of(question, report, plan))
            {
                folder.Write(id, name, text);
                names.Add(name);
            }
            End(id, report.IsWhole ? "done" : "stopped", report.Fits, report.IsWhole ? "" : entry.Stop.IsAsked ? "cancelled while it was made" : $"not done within {MostTime.TotalMinutes:0} minutes", names);
        }
        catch (Exception fault)
        {
            Failed(log, id, fault);
            End(id, "failed", null, "planning failed inside the host; its log says why", []);
        }
    }

    private void Tell(string id, string what, int done, int of)
    {
        lock (_gate)
            Put(_plans[id].State with { Doing = what, Done = done, Of = of }, lasts: false);
    }

    private void End(string id, string state, bool? fits, string message, IReadOnlyList<string> files)
    {
        lock (_gate)
            Put(_plans[id].State with { State = state, EndedAt = clock.GetUtcNow(), Fits = fits, Message = message, Files = files }, lasts: true);
    }

    private void Put(CapacityPlanResponse state, bool lasts)
    {
        _plans[state.Id] = _plans[state.Id] with { State = state };
        if (!lasts)
            return;
        try
        {
            folder.Write(state);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A full disk ends no host: after a restart the plan is made again.
            NotKept(log, state.Id, state.State, fault);
        }
    }

    private void Prune()
    {
        foreach (var old in _plans.Values.Select(plan => plan.State).Where(plan => plan.IsOver).OrderByDescending(plan => plan.EndedAt).Skip(MostKept).ToList())
        {
            _plans.Remove(old.Id);
            folder.Forget(old.Id);
        }
    }

    [LoggerMessage(LogLevel.Error, "That capacity plan {Id} is {State} could not be kept on disk.")]
    private static partial void NotKept(ILogger logger, string id, string state, Exception fault);

    [LoggerMessage(LogLevel.Error, "Capacity plan {Id} failed.")]
    private static partial void Failed(ILogger logger, string id, Exception fault);

    private sealed record Entry(CapacityPlanRequest Request, CapacityPlanResponse State)
    {
        public Signal Stop { get; init; } = new();
    }

    // Shared by all states of an entry; set once, read by the thread that makes the plan.
    private sealed class Signal
    {
        private volatile bool _isAsked;

        public bool IsAsked
        {
            get => _isAsked;
            set => _isAsked = value;
        }
    }
}
