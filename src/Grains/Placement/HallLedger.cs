using System.Diagnostics;
using System.Globalization;
using Orleans.Serialization;
using Orleans.Storage;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// A hall's ledger in grain storage. Entries appended while a write is in flight go out together with the
/// next one; an append is done when its write returned. One failed write ends the ledger for good: what it
/// holds in memory may then differ from what is stored, and only a new activation can tell.
/// </summary>
internal sealed class HallLedger(string hall, IGrainStorage storage, Serializer serializer, Action<Exception> onBroken)
{
    /// <summary>Tail size at which it is sealed. Every commit rewrites the tail, so it is kept near a few disk pages.</summary>
    private const int SealBytes = 32 * 1024;

    private readonly GrainState<LedgerHead> _head = new(new LedgerHead());
    private readonly List<byte[]> _buffer = [];
    private TaskCompletionSource _next = NewSource();
    private Task _flushing = Task.CompletedTask;

    /// <summary>Cleared in the same step that finds the buffer empty: a task's own completion may come a turn later, and an append in between would be stranded.</summary>
    private bool _writing;
    private int _tailBytes;
    private Exception? _broken;

    private LedgerHead Head => _head.State!;

    /// <summary>Entries written since the newest snapshot.</summary>
    public int SinceSnapshot { get; private set; }

    /// <summary>Reads everything: the newest snapshot and the entries after it, oldest first.</summary>
    public async Task<(HallSnapshotRow? Snapshot, List<LedgerEntry> Entries)> Load()
    {
        await storage.ReadStateAsync("ledger-head", Row("head"), _head);
        var head = _head.State ??= new LedgerHead();
        _tailBytes = head.Tail.Sum(entry => entry.Length);
        var runs = new Stack<List<byte[]>>();
        runs.Push(head.Tail);
        var first = head.TailSequence;
        for (var name = head.LastSegment; name is not null && first > head.SnapshotSequence + 1;)
        {
            var segment = await Read<LedgerSegment>("ledger-segment", name);
            runs.Push(segment.Entries);
            first = segment.FirstSequence;
            name = segment.Previous;
        }
        var entries = runs.SelectMany(run => run).Select(bytes => serializer.Deserialize<LedgerEntry>(bytes)!)
            .Where(entry => entry.Sequence > head.SnapshotSequence).ToList();
        SinceSnapshot = entries.Count;
        var snapshot = head.Snapshot is null ? null : await Read<HallSnapshotRow>("ledger-snapshot", head.Snapshot);
        return (snapshot, entries);
    }

    /// <summary>Reads the entries from the first of the hall's life up to a number, oldest first.</summary>
    /// <param name="last">Number of the last entry wanted.</param>
    public async Task<List<LedgerEntry>> LoadUpTo(long last)
    {
        var stored = new GrainState<LedgerHead>(new LedgerHead());
        await storage.ReadStateAsync("ledger-head", Row("head"), stored);
        var head = stored.State ?? new LedgerHead();
        var runs = new Stack<List<byte[]>>();
        runs.Push(head.Tail);
        for (var name = head.LastSegment; name is not null;)
        {
            var segment = await Read<LedgerSegment>("ledger-segment", name);
            if (segment.FirstSequence <= last)
                runs.Push(segment.Entries);
            name = segment.Previous;
        }
        return [.. runs.SelectMany(run => run).Select(bytes => serializer.Deserialize<LedgerEntry>(bytes)!).TakeWhile(entry => entry.Sequence <= last)];
    }

    /// <summary>Appends an entry; the task ends when it is durable.</summary>
    /// <exception cref="InvalidOperationException">An earlier write failed.</exception>
    public Task Append(LedgerEntry entry)
    {
        ThrowIfBroken();
        _buffer.Add(serializer.SerializeToArray(entry));
        var done = _next.Task;
        if (!_writing)
            _flushing = Flush();
        return done;
    }

    /// <summary>Ends when everything appended so far is durable.</summary>
    public async Task Settle()
    {
        while (_writing)
            await _flushing;
        ThrowIfBroken();
    }

    /// <summary>Writes a snapshot, taken once everything appended is durable, and lets loading start there.</summary>
    public async Task Snapshot(Func<HallSnapshotRow> take)
    {
        await Settle();
        _writing = true;
        var snapshot = take();
        _flushing = Guard(async () =>
        {
            var name = UniqueName("snapshot", snapshot.Sequence);
            var old = Head.Snapshot;
            await storage.WriteStateAsync("ledger-snapshot", Row(name), new GrainState<HallSnapshotRow>(snapshot));
            _head.State = Copy(Head, head =>
            {
                head.Snapshot = name;
                head.SnapshotSequence = snapshot.Sequence;
            });
            await WriteHead();
            SinceSnapshot = 0;
            if (old is not null)
                await Forget(old);
            _writing = false;
        });
        await _flushing;
        if (_buffer.Count > 0 && _broken is null && !_writing)
            _flushing = Flush();
    }

    /// <summary>False when somebody else has written the head since this ledger did.</summary>
    public async Task<bool> IsCurrent()
    {
        await Settle();
        var etag = _head.ETag;
        var stored = new GrainState<LedgerHead>(new LedgerHead());
        await storage.ReadStateAsync("ledger-head", Row("head"), stored);
        return stored.ETag == etag || _head.ETag != etag;
    }

    private Task Flush() => Guard(async () =>
    {
        _writing = true;
        // A breath, so that calls already queued behind this turn join the first write.
        await Task.Yield();
        while (_buffer.Count > 0)
        {
            var batch = _buffer.ToArray();
            _buffer.Clear();
            var waiters = _next;
            _next = NewSource();
            try
            {
                await Write(batch);
                waiters.SetResult();
            }
            catch (Exception fault)
            {
                waiters.SetException(fault);
                throw;
            }
        }
        _writing = false;
    });

    private async Task Write(byte[][] batch)
    {
        var head = Head;
        var bytes = _tailBytes + batch.Sum(entry => entry.Length);
        List<byte[]> tail = [.. head.Tail, .. batch];
        if (bytes < SealBytes)
        {
            _head.State = Copy(head, changed => changed.Tail = tail);
            _tailBytes = bytes;
        }
        else
        {
            var name = UniqueName("segment", head.TailSequence);
            var segment = new LedgerSegment { FirstSequence = head.TailSequence, Entries = tail, Previous = head.LastSegment };
            await storage.WriteStateAsync("ledger-segment", Row(name), new GrainState<LedgerSegment>(segment));
            _head.State = Copy(head, changed =>
            {
                changed.TailSequence = head.TailSequence + tail.Count;
                changed.Tail = [];
                changed.LastSegment = name;
            });
            _tailBytes = 0;
        }
        await WriteHead();
        SinceSnapshot += batch.Length;
    }

    private async Task WriteHead()
    {
        var began = Stopwatch.GetTimestamp();
        await storage.WriteStateAsync("ledger-head", Row("head"), _head);
        FactoryTelemetry.LedgerWrite.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>("hall", hall));
    }

    private async Task<T> Read<T>(string state, string name)
        where T : class, new()
    {
        var row = new GrainState<T>(new T());
        await storage.ReadStateAsync(state, Row(name), row);
        return row.RecordExists ? row.State! : throw new InvalidOperationException($"The ledger of hall {hall} names the row {name}, which is not stored.");
    }

    private async Task Forget(string snapshot)
    {
        var row = new GrainState<HallSnapshotRow>(new HallSnapshotRow());
        await storage.ReadStateAsync("ledger-snapshot", Row(snapshot), row);
        if (row.RecordExists)
            await storage.ClearStateAsync("ledger-snapshot", Row(snapshot), row);
    }

    private async Task Guard(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception fault)
        {
            _broken = fault;
            _writing = false;
            _next.TrySetException(fault);
            _ = _next.Task.Exception; // Nobody may be waiting on it.
            onBroken(fault);
        }
    }

    private void ThrowIfBroken()
    {
        if (_broken is not null)
            throw new InvalidOperationException($"A write to the ledger of hall {hall} failed; the hall starts again from what is stored.", _broken);
    }

    private GrainId Row(string name) => GrainId.Create("hall-ledger", $"ledger/{hall}/{name}");

    private static string UniqueName(string kind, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}-{sequence}-{Guid.NewGuid():N}");

    private static LedgerHead Copy(LedgerHead head, Action<LedgerHead> change)
    {
        var copy = new LedgerHead
        {
            TailSequence = head.TailSequence,
            Tail = head.Tail,
            LastSegment = head.LastSegment,
            Snapshot = head.Snapshot,
            SnapshotSequence = head.SnapshotSequence,
        };
        change(copy);
        return copy;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
