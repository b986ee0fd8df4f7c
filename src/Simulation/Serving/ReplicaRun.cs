namespace ControlPlane.Simulation.Serving;

/// <summary>One replica and its requests, first come first served, from batch to batch.</summary>
internal sealed class ReplicaRun
{
    private readonly ServingModel _model;
    private readonly Queue<(double At, LlmRequest Request)> _queue;
    private readonly PriorityQueue<(double At, double FirstAt, int Tokens), long> _batch = new();
    private double _now;
    private long _steps;

    public ReplicaRun(ServingModel model, IEnumerable<LlmRequest> requests, double rate)
    {
        _model = model;
        _queue = new(requests.Select(request => (request.At.TotalSeconds / rate, request)));
        while (_queue.Count > 0 || _batch.Count > 0)
            Turn();
        Finished = _now;
    }

    public double Finished { get; }

    public int Requests { get; private set; }

    public double ReadTokens { get; private set; }

    public double WrittenTokens { get; private set; }

    public double ReadingSeconds { get; private set; }

    public double WritingSeconds { get; private set; }

    /// <summary>Writing time times requests in the batch.</summary>
    public double BatchSeconds { get; private set; }

    public LatencyHistogram First { get; } = new();

    public LatencyHistogram Whole { get; } = new();

    public LatencyHistogram PerToken { get; } = new();

    // Admits who has come, then writes until somebody is done or somebody else has come.
    private void Turn()
    {
        if (_batch.Count == 0 && _queue.Peek().At > _now)
            _now = _queue.Peek().At;
        while (_batch.Count < _model.MostBatch && _queue.TryPeek(out var next) && next.At <= _now)
            Admit(_queue.Dequeue());
        if (_batch.Count == 0)
            return;
        _batch.TryPeek(out _, out var done);
        var seconds = _model.StepSeconds + (_batch.Count * _model.PerRequestSeconds);
        var steps = done - _steps;
        if (_batch.Count < _model.MostBatch && _queue.TryPeek(out var comes))
            steps = Math.Clamp((long)Math.Ceiling((comes.At - _now) / seconds), 1, steps);
        _now += steps * seconds;
        _steps += steps;
        WritingSeconds += steps * seconds;
        BatchSeconds += steps * seconds * _batch.Count;
        while (_batch.TryPeek(out var request, out done) && done <= _steps)
        {
            _batch.Dequeue();
            Ended(request.At, request.FirstAt, request.Tokens);
        }
    }

    // The prompt's reading ends with the first token.
    private void Admit((double At, LlmRequest Request) next)
    {
        var reading = Math.Max(1, next.Request.ContextTokens) / _model.ReadTokensPerSecond;
        _now += reading;
        ReadingSeconds += reading;
        ReadTokens += next.Request.ContextTokens;
        WrittenTokens += next.Request.GeneratedTokens;
        Requests++;
        First.Add(_now - next.At);
        if (next.Request.GeneratedTokens > 1)
            _batch.Enqueue((next.At, _now, next.Request.GeneratedTokens), _steps + next.Request.GeneratedTokens - 1);
        else
            Ended(next.At, _now, next.Request.GeneratedTokens);
    }

    private void Ended(double at, double firstAt, int tokens)
    {
        Whole.Add(_now - at);
        if (tokens > 1)
            PerToken.Add((_now - firstAt) / (tokens - 1));
    }
}
