using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>One load on its way down its curve, piece by piece; each piece loses at least as much for a watt as the one before.</summary>
internal sealed class LoadDescent(CappableLoad load, int index, CurveCuts cuts)
{
    // Found only when somebody asks for a watt: most loads of most plans keep all of theirs.
    private (double Share, double Throughput)[]? _corners;
    private int _floor;
    private int _at;
    private double _part;

    public CappableLoad Load { get; } = load;

    /// <summary>Which of a plan's loads it is.</summary>
    public int Index { get; } = index;

    public double DrawWatts => (IsUntouched ? Load.Uncapped.Value : Point.Draw) * Load.Gpus;

    public double Throughput => IsUntouched ? 1 : Load.Under(Cap).Throughput;

    public Watts Cap => IsUntouched
        ? Load.MostCap > Load.Uncapped ? Load.MostCap : Load.Uncapped
        : Watts.FromWatts(Math.Max(Load.LeastCap.Value, Point.Draw));

    public bool IsBelowFloor => _corners is not null && (_at > _floor || (_at == _floor && _part > 0));

    private bool IsUntouched => _at == 0 && _part == 0;

    private (double Draw, double Throughput) Point
    {
        get
        {
            var uncapped = Load.Uncapped.Value;
            var from = _corners![_at];
            if (_part == 0)
                return (from.Share * uncapped, from.Throughput);
            var to = _corners[_at + 1];
            return ((from.Share + ((to.Share - from.Share) * _part)) * uncapped, from.Throughput + ((to.Throughput - from.Throughput) * _part));
        }
    }

    /// <summary>What the next watt costs in weighted speed, or null when there is none to give.</summary>
    public double? LossPerWatt(bool belowFloors)
    {
        if (_corners is null)
            (_corners, _floor) = cuts.Of(Load);
        if (_at >= (belowFloors ? _corners.Length - 1 : _floor))
            return null;
        var (from, to) = (_corners[_at], _corners[_at + 1]);
        return Load.Weight * (from.Throughput - to.Throughput) / ((from.Share - to.Share) * Load.Uncapped.Value);
    }

    /// <summary>Goes down the next piece, or so much of it as is needed.</summary>
    /// <returns>Watts that all GPUs of the load draw less.</returns>
    public double Descend(double watts)
    {
        var piece = (_corners![_at].Share - _corners[_at + 1].Share) * Load.Uncapped.Value * Load.Gpus;
        var whole = piece * (1 - _part);
        if (watts < whole)
        {
            _part += watts / piece;
            return watts;
        }
        (_at, _part) = (_at + 1, 0);
        return whole;
    }
}
