using ControlPlane.Domain;

namespace ControlPlane.Scheduling.Preferences;

/// <summary>
/// What a partly free GPU is good for: the thousandths that typical tasks will take of it. Of the tasks drawn while it
/// waits, the first that fits takes its part and the rest is worth what so large a rest is worth; when none fits in
/// time the rest is lost. So a rest that exactly one rare task could fill is worth little, and none that no task fits.
/// </summary>
internal sealed class ShareWorth
{
    private const int Whole = 1000;

    // How many tasks are drawn before a rest counts as lost: about as many as a node holds in its life.
    private const int Draws = 131;

    private readonly double[] _worth = new double[Whole + 1];

    public ShareWorth(ValueList<TypicalTask> typical)
    {
        var often = new double[Whole + 1];
        foreach (var task in typical.Where(task => task.Gpus > 0))
            often[task.GpuMilli] += task.Share;
        for (var rest = 1; rest < Whole; rest++)
        {
            var (fits, taken) = (0.0, 0.0);
            for (var milli = 1; milli <= rest; milli++)
            {
                fits += often[milli];
                taken += often[milli] * (milli + _worth[rest - milli]);
            }
            if (fits > 0)
                _worth[rest] = (1 - Power(1 - fits, Draws)) * taken / fits;
        }
        _worth[Whole] = Whole;
    }

    /// <summary>Worth of a GPU with this many thousandths free, from 0 to 1000.</summary>
    public double this[int free] => _worth[free];

    // By multiplication alone, so that every machine gets the same digits.
    private static double Power(double value, int exponent)
    {
        var power = 1.0;
        for (var factor = Math.Max(0, value); exponent > 0; exponent >>= 1, factor *= factor)
            power *= (exponent & 1) == 1 ? factor : 1;
        return power;
    }
}
