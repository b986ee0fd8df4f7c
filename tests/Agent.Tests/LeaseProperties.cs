using ControlPlane.Hardware.Protocol;

using CsCheck;

namespace ControlPlane.Agent.Tests;

/// <summary>The agent's dead man's switch against what a host concludes from silence, over clocks and messages as bad as they get.</summary>
public sealed class LeaseProperties
{
    private const int StepMilliseconds = 50;
    private const int TimeoutSeconds = 10;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>
    /// Whatever is lost or late on the way to the host and back, and however clocks drift within the stated bound: once the host
    /// counts the node as lost, and may give its work to another, the agent's work has ended.
    /// </summary>
    [Fact]
    public void No_two_executors_ever_work_for_one_slot() =>
        Gen.Select(Gen.Double[-LeaseTerms.Drift, LeaseTerms.Drift], Gen.Double[-LeaseTerms.Drift, LeaseTerms.Drift], Delay.Array[60], Delay.Array[60]).Sample((agentDrift, hostDrift, there, back) =>
        {
            var life = new Life(1 + agentDrift, 1 + hostDrift, there, back);
            for (var at = 0; at < 120_000; at += StepMilliseconds)
            {
                life.Step(at);
                Assert.False(life.IsWorking && life.IsGivenToAnother, $"At {at} ms both work.");
            }
            Assert.True(life.IsGivenToAnother, "The host never noticed that the agent is gone.");
        }, iter: 2000);

    /// <summary>With every message on its way for less than a second, nobody's work is stopped.</summary>
    [Fact]
    public void A_slow_network_stops_nobody() =>
        Gen.Select(Gen.Int[0, 900].Array[60], Gen.Int[0, 900].Array[60]).Sample((there, back) =>
        {
            var life = new Life(1, 1, [.. there.Select(delay => (int?)delay)], [.. back.Select(delay => (int?)delay)]);
            for (var at = 0; at < 60_000; at += StepMilliseconds)
            {
                life.Step(at);
                Assert.True(life.IsWorking && !life.IsGivenToAnother);
            }
        }, iter: 200);

    // Milliseconds on the way; null: lost. Long delays let an answer come in long after what it answers was sent.
    private static Gen<int?> Delay => Gen.OneOf(Gen.Int[0, 900].Select(delay => (int?)delay), Gen.Int[0, 20_000].Select(delay => (int?)delay), Gen.Const((int?)null));

    /// <summary>An agent that sends every second for a minute, with the switch of the product, and a host that answers what it hears.</summary>
    private sealed class Life
    {
        private readonly Clock _agent;
        private readonly Clock _host;
        private readonly LeaseWatch _watch;
        private readonly int?[] _there;
        private readonly int?[] _back;
        private readonly PriorityQueue<(bool ToHost, int Number, long Sent), long> _way = new();
        private int _sent;
        private long _heard;
        private double _looked;
        private double? _stopped;

        public Life(double agentRate, double hostRate, int?[] there, int?[] back)
        {
            (_agent, _host, _there, _back) = (new Clock(agentRate), new Clock(hostRate), there, back);
            _watch = new LeaseWatch(_agent);
            _watch.Welcome(TimeoutSeconds, _agent.GetTimestamp());
            _heard = _host.GetTimestamp();
        }

        /// <summary>Its executor may run on for the grace after the switch has fallen.</summary>
        public bool IsWorking => _stopped is not { } at || _agent.Milliseconds - at < LeaseTerms.StopGrace.TotalMilliseconds;

        public bool IsGivenToAnother { get; private set; }

        public void Step(long at)
        {
            (_agent.True, _host.True) = (at, at);
            if (_sent < _there.Length && _agent.Milliseconds >= _sent * 1000.0)
                Send(true, _sent++, _agent.GetTimestamp(), at);
            while (_way.TryPeek(out var message, out var due) && due <= at)
            {
                _way.Dequeue();
                if (message.ToHost)
                {
                    _heard = _host.GetTimestamp();
                    Send(false, message.Number, message.Sent, at);
                }
                else
                {
                    _watch.Welcome(TimeoutSeconds, message.Sent);
                }
            }
            if (_agent.Milliseconds - _looked >= LeaseTerms.WatchPeriod.TotalMilliseconds)
            {
                _looked = _agent.Milliseconds;
                if (_watch.WhyStop() is not null)
                    _stopped ??= _agent.Milliseconds;
            }
            IsGivenToAnother |= _host.GetElapsedTime(_heard) > LeaseTerms.OverAfter(Timeout);
        }

        private void Send(bool toHost, int number, long sent, long at)
        {
            if ((toHost ? _there : _back)[number] is { } delay)
                _way.Enqueue((toHost, number, sent), at + delay);
        }
    }

    /// <summary>A clock that runs fast or slow, from another origin than the others.</summary>
    private sealed class Clock(double rate) : TimeProvider
    {
        public long True { get; set; }

        public double Milliseconds => True * rate;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => 1_000_000 + (long)Milliseconds;
    }
}
