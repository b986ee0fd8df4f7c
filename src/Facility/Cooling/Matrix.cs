namespace ControlPlane.Facility.Cooling;

/// <summary>The one operation on matrices that air flow needs.</summary>
internal static class Matrix
{
    /// <summary>The inverse, by elimination with the largest pivot of each column.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static double[][] Inverse(double[][] matrix)
    {
        var size = matrix.Length;
        var rows = matrix.Select((row, i) => row.Concat(Enumerable.Range(0, size).Select(j => i == j ? 1.0 : 0)).ToArray()).ToArray();
        for (var column = 0; column < size; column++)
        {
            var pivot = Enumerable.Range(column, size - column).MaxBy(row => Math.Abs(rows[row][column]));
            if (rows[pivot][column] == 0)
                throw new InvalidOperationException("The matrix has no inverse.");
            (rows[column], rows[pivot]) = (rows[pivot], rows[column]);
            Eliminate(rows, column);
        }
        return [.. rows.Select(row => row[size..])];
    }

    private static void Eliminate(double[][] rows, int column)
    {
        var scale = rows[column][column];
        for (var i = 0; i < rows[column].Length; i++)
            rows[column][i] /= scale;
        for (var row = 0; row < rows.Length; row++)
        {
            var factor = rows[row][column];
            if (row == column || factor == 0)
                continue;
            for (var i = 0; i < rows[row].Length; i++)
                rows[row][i] -= factor * rows[column][i];
        }
    }
}
