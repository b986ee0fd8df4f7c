using System.Diagnostics.Metrics;
using ControlPlane.Grains;

namespace ControlPlane.Benchmarks.Factory;

/// <summary>Listens to the factory's own metric of ledger writes.</summary>
internal sealed class LedgerWrites : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private double _seconds;

    public LedgerWrites()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == FactoryTelemetry.Name && instrument.Name == "factory.ledger.write")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            lock (_lock)
            {
                Count++;
                _seconds += seconds;
            }
        });
        _listener.Start();
    }

    public long Count { get; private set; }

    public double MeanMilliseconds => _seconds / Math.Max(1, Count) * 1000;

    public void Dispose() => _listener.Dispose();
}
