using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Facility.Breakers;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F01: what product standards promise of a breaker.</summary>
internal static class BandCases
{
    public static object? Promise(string expectation, CaseInputs inputs, Func<CaseInputs, double> multiple)
    {
        Func<TripPromise, object> answer = expectation switch
        {
            "holds" or "must_hold" or "hold" => promise => promise == TripPromise.Holds,
            "must_trip" => promise => promise is TripPromise.TripsInTime or TripPromise.MayTripAtOnce or TripPromise.TripsAtOnce,
            "may_trip" or "uncertain" => promise => promise is TripPromise.MayTrip,
            "magnetic" or "magnetic_trip" or "trips_magnetically" or "instantaneous_trip" or "must_trip_instantaneously" => promise => promise is TripPromise.TripsAtOnce,
            "may_trip_magnetically" or "magnetic_possible" => promise => promise is TripPromise.MayTripAtOnce or TripPromise.TripsAtOnce,
            "region" or "band" or "zone" or "state" => promise => promise switch
            {
                TripPromise.Holds => "hold",
                TripPromise.MayTrip => "may_trip",
                TripPromise.TripsInTime or TripPromise.MayTripAtOnce => "trip",
                _ => "magnetic",
            },
            _ => throw new UnknownExpectationException(expectation),
        };
        return answer(BandOf(inputs).At(multiple(inputs)));
    }

    public static object Constant(string expectation, CaseInputs inputs) => expectation switch
    {
        "hold" => BandOf(inputs).Hold,
        "trip" => BandOf(inputs).Trip,
        "magnetic" => (IReadOnlyList<double>)[BandOf(inputs).MagneticHold, BandOf(inputs).MagneticTrip],
        _ => throw new UnknownExpectationException(expectation),
    };

    private static TripBand BandOf(CaseInputs inputs)
    {
        var standard = inputs.TextOrNone("standard", "mcb", "band", "type") ?? inputs.Text("curve");
        var letter = inputs.TextOrNone("characteristic", "class", "magnetic_class", "curve_type", "mcb_type");
        if (letter is null && standard.StartsWith("IEC", StringComparison.Ordinal) && inputs.Has("curve"))
            letter = inputs.Text("curve");
        var found = TripBand.All.FirstOrDefault(band => Same(band.Name, $"{standard} {letter}"))
            ?? TripBand.All.FirstOrDefault(band => Same(band.Name, standard))
            ?? TripBand.All.FirstOrDefault(band => Same(band.Name, $"{standard} C") && letter is null);
        return found ?? throw new CaseException($"the band '{standard} {letter}' is not known");
    }

    private static bool Same(string name, string other) =>
        Plain(name).Equals(Plain(other), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) => name.Replace(" ", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
