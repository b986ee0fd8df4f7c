using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Collectives;

/// <summary>What a collective's result must be, computed from every rank's data without a ring.</summary>
internal static class CollectiveReference
{
    public static KernelVerdict Judge(CollectiveRequest request, int ranks, KernelBuffer layout, KernelOutput output)
    {
        // One rounding a rank, each at most half a unit of the sum of magnitudes: in whatever order ranks are added.
        var gauge = new ErrorGauge(request.Operation == CollectiveOperation.AllReduce ? ranks * 6e-8 : 0);
        var count = output.Elements;
        output.Scan((first, piece) =>
        {
            for (var i = 0; i < piece.Length; i++)
            {
                var (expected, magnitude) = At(request, ranks, layout, first + i, count);
                gauge.Compare(first + i, piece[i], expected, magnitude);
            }
        });
        return gauge.Verdict;
    }

    private static (double Expected, double Magnitude) At(CollectiveRequest request, int ranks, KernelBuffer layout, long index, long count)
    {
        if (request.Operation == CollectiveOperation.Broadcast)
            return Exactly(InputData.At(request.Seed, 0, layout, index));
        if (request.Operation == CollectiveOperation.AllGather)
        {
            var rank = (int)((((Int128)index + 1) * ranks - 1) / count);
            return Exactly(InputData.At(request.Seed, rank, layout, index - (long)((Int128)count * rank / ranks)));
        }
        double sum = 0, magnitude = 0;
        for (var rank = 0; rank < ranks; rank++)
        {
            var value = InputData.At(request.Seed, rank, layout, index);
            sum += value;
            magnitude += Math.Abs(value);
        }
        return (sum, magnitude);
    }

    private static (double Expected, double Magnitude) Exactly(float value) => (value, Math.Abs(value));
}
