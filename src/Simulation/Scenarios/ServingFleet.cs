using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>
/// Replicas of eight GPUs: seven of ten of a conversation service, the others of a code service. Each is fed with the whole
/// trace, shifted by less than a minute: busy minutes come to all of them together, busy seconds do not.
/// </summary>
internal sealed class ServingFleet(HallLoad load)
{
    // Decoding draws 137 to 300 W of an H200's 700 W (arXiv:2605.11999); reading contexts takes a GPU near its limit.
    private const double Resting = 137;
    private const double ForGenerating = 163;
    private const double ForReading = 370;

    private readonly ServingSeries _conversation = new(load.Conversation);
    private readonly ServingSeries _code = new(load.Code);
    private readonly SeededDraws _draws = new(11);
    private int _count;

    /// <summary>One more replica.</summary>
    public TwinJob Next()
    {
        var number = _count++;
        var isConversation = number * 7 % 10 < 7;
        var (series, shift) = (isConversation ? _conversation : _code, _draws.Share() * 60);
        return Equipment.H100(
            $"{(isConversation ? "conversation" : "code")}-{number + 1:00}", WorkloadClass.Decode, FlexClass.Flex1,
            at => Draw(series.At(at.TotalSeconds + shift)), at => Both(series.At(at.TotalSeconds + shift)));
    }

    private static Watts Draw((double Reading, double Generating) busy) =>
        Watts.FromWatts(Resting + (ForGenerating * busy.Generating) + (ForReading * busy.Reading));

    private static double Both((double Reading, double Generating) busy) => (busy.Reading + busy.Generating) / 2;
}
