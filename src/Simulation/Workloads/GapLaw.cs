namespace ControlPlane.Simulation.Workloads;

/// <summary>A distribution of times above 0, fitted to a sample by greatest likelihood.</summary>
/// <param name="Kind">exponential, lognormal or weibull.</param>
/// <param name="Scale">Mean; for lognormal the mean of the logarithm; for weibull the scale.</param>
/// <param name="Shape">For lognormal the deviation of the logarithm; for weibull the shape; 1 for exponential.</param>
/// <param name="Distance">Greatest distance between its distribution function and the sample's (Kolmogorov-Smirnov).</param>
public sealed record GapLaw(string Kind, double Scale, double Shape, double Distance)
{
    /// <summary>The mean.</summary>
    public double Mean => Kind switch
    {
        "exponential" => Scale,
        "lognormal" => Math.Exp(Scale + (Shape * Shape / 2)),
        _ => Scale * NormalLaw.Gamma(1 + (1 / Shape)),
    };

    /// <summary>Of three laws the one that lies nearest to the sample.</summary>
    /// <param name="sample">Times; what is below half a second counts as half a second, since traces tell seconds.</param>
    /// <exception cref="ArgumentException">There are fewer than two times.</exception>
    public static GapLaw Nearest(IEnumerable<double> sample)
    {
        double[] sorted = [.. sample.Select(value => Math.Max(0.5, value)).Order()];
        if (sorted.Length < 2)
            throw new ArgumentException("A distribution is fitted to two times or more.");
        GapLaw[] laws = [new("exponential", sorted.Average(), 1, 0), LogNormal(sorted), Weibull(sorted)];
        return laws.Select(law => law with { Distance = law.DistanceTo(sorted) }).MinBy(law => law.Distance)!;
    }

    /// <summary>The log-normal law of a sample.</summary>
    /// <param name="sorted">Times above 0, rising.</param>
    public static GapLaw LogNormal(IReadOnlyList<double> sorted)
    {
        var mean = sorted.Average(Math.Log);
        var deviation = Math.Sqrt(sorted.Average(value => (Math.Log(value) - mean) * (Math.Log(value) - mean)));
        var law = new GapLaw("lognormal", mean, Math.Max(deviation, 1e-6), 0);
        return law with { Distance = law.DistanceTo(sorted) };
    }

    /// <summary>The share of times at or below one.</summary>
    public double Below(double value) => value <= 0 ? 0 : Kind switch
    {
        "exponential" => 1 - Math.Exp(-value / Scale),
        "lognormal" => NormalLaw.Below((Math.Log(value) - Scale) / Shape),
        _ => 1 - Math.Exp(-Math.Pow(value / Scale, Shape)),
    };

    internal double Draw(SeededDraws draws) => Kind switch
    {
        "exponential" => draws.Exponential(Scale),
        "lognormal" => Math.Exp(Scale + (Shape * draws.Normal())),
        _ => Scale * Math.Pow(draws.Exponential(1), 1 / Shape),
    };

    // The shape solves sum(x^k ln x)/sum(x^k) - 1/k = mean(ln x), which rises with k: halved until it is found.
    private static GapLaw Weibull(double[] sorted)
    {
        var (scale, mean) = (sorted[^1], sorted.Average(Math.Log));
        var (low, high) = (0.02, 50.0);
        for (var round = 0; round < 60; round++)
        {
            var shape = (low + high) / 2;
            var sum = sorted.Sum(value => Math.Pow(value / scale, shape));
            var excess = (sorted.Sum(value => Math.Pow(value / scale, shape) * Math.Log(value)) / sum) - (1 / shape) - mean;
            (low, high) = excess < 0 ? (shape, high) : (low, shape);
        }
        return new GapLaw("weibull", scale * Math.Pow(sorted.Average(value => Math.Pow(value / scale, low)), 1 / low), low, 0);
    }

    // Steps of the sample are compared at both edges; equal values make one step.
    private double DistanceTo(IReadOnlyList<double> sorted)
    {
        var most = 0.0;
        for (var first = 0; first < sorted.Count;)
        {
            var next = first;
            while (next < sorted.Count && sorted[next] == sorted[first])
                next++;
            var below = Below(sorted[first]);
            most = Math.Max(most, Math.Max(below - (first / (double)sorted.Count), (next / (double)sorted.Count) - below));
            first = next;
        }
        return most;
    }
}
