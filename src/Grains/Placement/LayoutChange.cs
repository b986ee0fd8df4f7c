using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Whether a hall can take another layout while its jobs run.</summary>
internal static class LayoutChange
{
    /// <summary>Why not; empty when it can.</summary>
    public static ValueList<string> Objections(HallBook book, HallLayout layout)
    {
        var names = new HallNames(layout);
        var trial = new HallState(layout);
        var objections = new List<string>();
        foreach (var job in book.Jobs.Values.Where(job => job.Assignment is not null))
        {
            if (book.Names.Obstacle(job.Assignment!, names) is { } obstacle)
                objections.Add($"{obstacle} while job {job.Job} runs there: cancel it or wait for its end");
            else
                trial.Restore(job.Job, job.Spec, book.Names.Move(job.Assignment!, names));
        }
        objections.AddRange(trial.Overcommitted());
        return objections.ToValueList();
    }
}
