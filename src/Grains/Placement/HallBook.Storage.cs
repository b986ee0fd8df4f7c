using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>How a hall takes another layout, and how it is stored and read again.</summary>
internal sealed partial class HallBook
{
    /// <summary>Everything the hall is, for storage.</summary>
    public HallSnapshotRow ToRow()
    {
        var row = new HallSnapshotRow
        {
            Sequence = Sequence,
            Version = Version,
            Layout = State?.Layout,
            Jobs = [.. Jobs.Values],
            Ended = Ended,
            Tokens = Tokens,
            LastEvent = LastEvent,
            Signal = Signal,
        };
        Conditions.AddTo(row);
        Limits.AddTo(row, State, Names);
        return row;
    }

    /// <summary>Makes the hall of a stored row.</summary>
    public static HallBook FromRow(HallSnapshotRow row)
    {
        var book = new HallBook { Sequence = row.Sequence, Version = row.Version, Ended = row.Ended, Tokens = row.Tokens, LastEvent = row.LastEvent, Signal = row.Signal };
        book.Conditions.TakeFrom(row);
        book.Limits.TakeFrom(row);
        if (row.Layout is not null)
            book.Names = new HallNames(row.Layout);
        foreach (var job in row.Jobs)
            book.Put(job);
        if (row.Layout is not null)
            book.Rebuild(row.Layout, row.LimitsInForce);
        return book;
    }

    private void Configure(HallConfigured configured)
    {
        var names = new HallNames(configured.Layout);
        Version = configured.Version;
        _known.Move(Names, names);
        Names = names;
        Rebuild(configured.Layout, new Dictionary<PowerDomainId, Watts>());
    }

    /// <summary>Makes the placement state anew from the layout and what is known of jobs, nodes, GPUs, links and limits.</summary>
    private void Rebuild(HallLayout layout, IReadOnlyDictionary<PowerDomainId, Watts> inForce)
    {
        State = new HallState(layout);
        _armed = null;
        foreach (var (domain, limit) in inForce.Where(pair => Names.Domains.ContainsKey(pair.Key)))
            State.SetPowerLimit(Names.Domains[domain], limit);
        foreach (var job in Jobs.Values.Where(job => job.Assignment is not null).OrderBy(job => job.Generation))
            State.Restore(job.Job, job.Spec, job.Assignment!);
        Conditions.PutInto(State, Names);
        Limits.Settle(State, Names);
    }
}
