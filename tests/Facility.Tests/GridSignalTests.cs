using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Facility.Grid;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class GridSignalTests
{
    private static readonly DateTimeOffset Noon = new(2027, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<GridSignal> Signals =
        Gen.Select(Gen.Int[1, 5], Gen.Frequency((9, Gen.Int[-20, 100].Select(price => (decimal?)price)), (1, Gen.Const((decimal?)null)))).Array[1, 12].Select(steps =>
        {
            var (points, at) = (new List<SignalPoint>(), Noon.AddHours(-2));
            foreach (var (hours, price) in steps)
            {
                points.Add(new SignalPoint(at, price, null));
                at = at.AddHours(hours);
            }
            return new GridSignal(SignalKind.Price, points.ToValueList());
        });

    [Fact]
    public void Work_waits_for_the_window_in_which_all_of_it_costs_least()
    {
        var curve = new SignalCurve(Of(90, 90, 40, 20, 60, 60));
        Assert.Equal(new DeferredStart(Noon.AddHours(3), 20, 90), curve.Best(Noon, Noon.AddHours(5), TimeSpan.FromHours(1)));
        // Two hours: 40 and 20, not 20 and 60.
        Assert.Equal(new DeferredStart(Noon.AddHours(2), 30, 90), curve.Best(Noon, Noon.AddHours(5), TimeSpan.FromHours(2)));
        // An hour and a half: begins where it ends with the cheap hour.
        Assert.Equal(Noon.AddHours(2.5), curve.Best(Noon, Noon.AddHours(5), TimeSpan.FromHours(1.5))!.At);
        Assert.Equal(Noon.AddHours(1.5), curve.Best(Noon, Noon.AddHours(1.5), TimeSpan.FromHours(1))!.At);
        Assert.Null(curve.Best(Noon.AddHours(3), Noon.AddHours(5), TimeSpan.FromHours(1)));
    }

    [Fact]
    public void What_is_not_known_is_not_waited_for()
    {
        Assert.Null(new SignalCurve(Of(null, 10, 10)).Best(Noon, Noon.AddHours(2), TimeSpan.FromHours(1)));
        Assert.Equal(Noon.AddHours(2), new SignalCurve(Of(90, null, 80)).Best(Noon, Noon.AddHours(2), TimeSpan.FromHours(1))!.At);
        Assert.Null(new SignalCurve(Of(90, 10)).Best(Noon, Noon.AddHours(9), TimeSpan.FromHours(3)));
        Assert.Null(new SignalCurve(Of(90, 10)).Best(Noon.AddHours(-1), Noon.AddHours(2), TimeSpan.FromHours(1)));
    }

    [Fact]
    public void No_start_that_somebody_could_choose_costs_less_and_none_as_cheap_comes_earlier() =>
        Gen.Select(Signals, Gen.Int[0, 40], Gen.Int[1, 30]).Sample((signal, wait, quarters) =>
        {
            var (curve, latest, duration) = (new SignalCurve(signal), Noon.AddMinutes(wait * 15), TimeSpan.FromMinutes(quarters * 15));
            var best = curve.Best(Noon, latest, duration);
            if (curve.Mean(Noon, duration) is not { } present)
                return best is null;
            var (at, mean) = best is null ? (Noon, present) : (best.At, best.Mean);
            for (var start = Noon; start <= latest; start = start.AddMinutes(5))
            {
                if (curve.Mean(start, duration) is { } other && (other < mean || (other == mean && start < at)))
                    return false;
            }
            return at <= latest && (best is null || best.Mean < present);
        });

    [Fact]
    public void Reads_CSV_and_JSON_alike()
    {
        var csv = SignalFile.Read("from,price,carbon\n2027-01-15T12:00:00Z,90.5,\r\n2027-01-15T13:00:00Z,-4,210\n\n", "day.csv", null);
        var json = SignalFile.Read("[{\"from\": \"2027-01-15T12:00:00Z\", \"price\": 90.5},\n {\"from\": \"2027-01-15T13:00:00Z\", \"price\": -4, \"carbon\": 210}]", "day.json", null);
        Assert.Empty(csv.Errors.Concat(json.Errors));
        Assert.Equal(new GridSignal(SignalKind.Price, [new(Noon, 90.5m, null), new(Noon.AddHours(1), -4m, 210m)]), csv.Signal);
        Assert.Equal(csv.Signal, json.Signal);
        Assert.Equal(SignalKind.Carbon, SignalFile.Read("from,carbon\n2027-01-15T12:00:00Z,90", "day.csv", null).Signal!.By);
    }

    [Theory]
    [InlineData("from,price\n2027-01-15T12:00:00Z,90\n2027-01-15T11:00:00Z,80", 3, "from", "not after the row before")]
    [InlineData("from,price\n2027-01-15T12:00:00Z,90\nyesterday,80", 3, "from", "'yesterday' is not right")]
    [InlineData("from,price\n2027-01-15T12:00:00Z,cheap", 2, "price", "'cheap' is not right")]
    [InlineData("from,price\n2027-01-15T12:00:00Z", 2, "", "1 fields")]
    [InlineData("when,price\n", 1, "when", "header")]
    [InlineData("from,carbon\n2027-01-15T12:00:00Z,-1", 2, "carbon", "'-1' is not right")]
    [InlineData("from,price\n2027-01-15T12:00:00Z,", 1, "carbon", "no row has one")]
    [InlineData("[{\"from\": \"2027-01-15T12:00:00Z\",\n \"price\": \"90\"}]", 1, "price", "has not the right form")]
    [InlineData("[{\"from\": \"2027-01-15T12:00:00Z\", \"price\": 90},\n{\"from\": \"2027-01-15T13:00:00Z\", \"cost\": 90}]", 2, "cost", "is not a field")]
    [InlineData("[{\"from\": \"2027-01-15T12:00:00Z\",\n\"price\": }]", 2, "", "not valid JSON")]
    [InlineData("", 1, "", "header")]
    [InlineData("[]", 1, "", "no row")]
    public void Refuses_bad_rows_with_their_line(string text, int line, string field, string problem)
    {
        var (signal, errors) = SignalFile.Read(text, "day", null);
        Assert.Null(signal);
        Assert.Contains(errors, error => (error.File, error.Line) == ("day", line) && (field.Length == 0 || error.Field == field) && error.Problem.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_stands_in_a_file_it_is_read_or_refused() =>
        Gen.Char["[]{}:,\"from price-0129TZ\n."].Array[0, 60].Select(letters => new string(letters)).Sample(text =>
        {
            var (signal, errors) = SignalFile.Read(text, "day", null);
            return (signal is null) == (errors.Count > 0);
        });

    private static GridSignal Of(params decimal?[] prices) =>
        new(SignalKind.Price, prices.Select((price, hour) => new SignalPoint(Noon.AddHours(hour), price, null)).ToValueList());
}
