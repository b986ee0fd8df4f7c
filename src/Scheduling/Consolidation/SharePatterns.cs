namespace ControlPlane.Scheduling;

/// <summary>
/// How pods' pieces of GPUs can lie on one GPU: any pieces whose sizes sum to at most 1000. Finds the combination worth
/// most, which is a knapsack with repeats (Gilmore and Gomory, "A linear programming approach to the cutting-stock
/// problem", 1961), and solves the packing program over such combinations.
/// </summary>
public static class SharePatterns
{
    private const int Whole = 1000;
    private const int MostSteps = 2000;
    private const double Tolerance = 1e-7;

    /// <summary>The most that pieces on one GPU can be worth; whole-number values, so that the answer is exact.</summary>
    public static long MostWorth(ReadOnlySpan<int> sizes, ReadOnlySpan<long> worth)
    {
        Span<long> best = stackalloc long[Whole + 1];
        best.Clear();
        for (var room = 1; room <= Whole; room++)
        {
            best[room] = best[room - 1];
            for (var piece = 0; piece < sizes.Length; piece++)
            {
                if (sizes[piece] <= room)
                    best[room] = Math.Max(best[room], best[room - sizes[piece]] + worth[piece]);
            }
        }
        return best[Whole];
    }

    /// <summary>
    /// The prices at which placing pieces of these worths, no more of each than there are, on that many GPUs is worth
    /// most: the dual solution of the fractional packing program, by the simplex method with combinations made as needed.
    /// </summary>
    /// <returns>One price for each kind of piece; close to optimal, and any prices give a valid bound.</returns>
    public static double[] Prices(int[] sizes, double[] worth, double[] available, double gpus)
    {
        var kinds = sizes.Length;
        var rows = kinds + 1;
        var inverse = new double[rows, rows];
        var basisWorth = new double[rows];
        var held = new double[rows];
        for (var row = 0; row < rows; row++)
        {
            inverse[row, row] = 1;
            held[row] = row < kinds ? available[row] : gpus;
        }
        var prices = new double[rows];
        for (var step = 0; step < MostSteps; step++)
        {
            for (var row = 0; row < rows; row++)
                prices[row] = PriceOf(row, basisWorth, inverse);
            if (!Entering(sizes, worth, prices, out var column, out var columnWorth))
                break;
            Pivot(inverse, held, basisWorth, column, columnWorth);
        }
        return prices[..kinds];
    }

    private static double PriceOf(int row, double[] basisWorth, double[,] inverse)
    {
        var price = 0.0;
        for (var basic = 0; basic < basisWorth.Length; basic++)
            price += basisWorth[basic] * inverse[basic, row];
        return price;
    }

    // The column that gains most: a slack whose price is negative, or the combination worth most beyond its price.
    private static bool Entering(int[] sizes, double[] worth, double[] prices, out double[] column, out double columnWorth)
    {
        var kinds = sizes.Length;
        column = new double[kinds + 1];
        columnWorth = 0;
        var cheapest = 0;
        for (var row = 1; row <= kinds; row++)
            cheapest = prices[row] < prices[cheapest] ? row : cheapest;
        if (prices[cheapest] < -Tolerance)
        {
            column[cheapest] = 1;
            return true;
        }
        var gains = new double[kinds];
        for (var kind = 0; kind < kinds; kind++)
            gains[kind] = worth[kind] - prices[kind];
        if (Fill(sizes, gains, column) <= prices[kinds] + Tolerance)
            return false;
        column[kinds] = 1;
        for (var kind = 0; kind < kinds; kind++)
            columnWorth += worth[kind] * column[kind];
        return true;
    }

    private static double Fill(int[] sizes, double[] gains, double[] counts)
    {
        var best = new double[Whole + 1];
        var last = new int[Whole + 1];
        for (var room = 1; room <= Whole; room++)
        {
            (best[room], last[room]) = (best[room - 1], -1);
            for (var kind = 0; kind < sizes.Length; kind++)
            {
                if (sizes[kind] <= room && best[room - sizes[kind]] + gains[kind] > best[room])
                    (best[room], last[room]) = (best[room - sizes[kind]] + gains[kind], kind);
            }
        }
        for (var room = Whole; room > 0;)
        {
            if (last[room] >= 0)
                counts[last[room]]++;
            room -= last[room] < 0 ? 1 : sizes[last[room]];
        }
        return best[Whole];
    }

    private static void Pivot(double[,] inverse, double[] held, double[] basisWorth, double[] column, double columnWorth)
    {
        var rows = held.Length;
        var through = new double[rows];
        var leaves = -1;
        for (var row = 0; row < rows; row++)
        {
            for (var at = 0; at < rows; at++)
                through[row] += inverse[row, at] * column[at];
            if (through[row] > Tolerance && (leaves < 0 || held[row] * through[leaves] < held[leaves] * through[row]))
                leaves = row;
        }
        if (leaves < 0)
            throw new InvalidOperationException("A packing program without a limit: some kind of piece has no size.");
        for (var at = 0; at < rows; at++)
            inverse[leaves, at] /= through[leaves];
        held[leaves] /= through[leaves];
        basisWorth[leaves] = columnWorth;
        for (var row = 0; row < rows; row++)
        {
            if (row == leaves || through[row] == 0)
                continue;
            for (var at = 0; at < rows; at++)
                inverse[row, at] -= through[row] * inverse[leaves, at];
            held[row] = Math.Max(0, held[row] - through[row] * held[leaves]);
        }
    }
}
