using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Twin;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>
/// Gangs of a trace's sizes, in its order; when one ends, the next of its size takes its GPUs. Each loads for a minute,
/// then computes and exchanges in turn, a few seconds each time, and saves every ten minutes.
/// </summary>
internal sealed class TrainingFleet(IReadOnlyList<TracedJob> trace, TimeSpan length)
{
    // A DGX H100 draws about 76 % of its nameplate in intensive training: 619 W a GPU beside 2.8 kW of all else.
    private const double Computing = 640;
    private const double Exchanging = 500;
    private const double Loading = 200;

    private static readonly FlexClass[] Classes = [FlexClass.Flex3, FlexClass.Flex2, FlexClass.Flex2, FlexClass.Flex1];

    private readonly SeededDraws _draws = new(13);

    /// <summary>Gangs on GPUs, which are given by their racks.</summary>
    public IEnumerable<TwinJob> On(IReadOnlyList<int> racks)
    {
        var next = 0;
        foreach (var gang in trace)
        {
            if (gang.Gpus > racks.Count - next)
                continue;
            var job = Gang(gang);
            foreach (var part in racks.Skip(next).Take(gang.Gpus).GroupBy(rack => rack))
                job.On(part.Key, part.Count());
            next += gang.Gpus;
            yield return job;
        }
    }

    private TwinJob Gang(TracedJob first)
    {
        var starts = Starts(first);
        var (period, phase, save) = (3 + (6 * _draws.Share()), 10 * _draws.Share(), 600 * _draws.Share());
        return Equipment.H100($"train-{first.Id}", WorkloadClass.Training, Classes[first.Id % Classes.Length], at => Watts.FromWatts(Draw(at.TotalSeconds)));

        double Draw(double second)
        {
            var index = Array.BinarySearch(starts, second);
            var since = second - starts[index >= 0 ? index : Math.Max(0, ~index - 1)];
            if (since < 60 || (second + save) % 600 < 20)
                return Loading;
            return (second + phase) % period < 0.85 * period ? Computing : Exchanging;
        }
    }

    // The first is somewhere in its middle when the hall is first looked at.
    private double[] Starts(TracedJob first)
    {
        var alike = trace.Where(job => job.Gpus == first.Gpus).ToList();
        var at = alike.IndexOf(first);
        var starts = new List<double> { -first.Duration * _draws.Share() };
        while (starts[^1] < length.TotalSeconds)
            starts.Add(starts[^1] + alike[at++ % alike.Count].Duration + 5);
        return [.. starts];
    }
}
