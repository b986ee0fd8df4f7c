using ControlPlane.Domain.Jobs;

using Wire = ControlPlane.Hardware.Protocol;

namespace ControlPlane.Hardware.Probes;

/// <summary>Probes and their points as messages of agent.proto, and back.</summary>
public static class ProbeMessages
{
    /// <summary>The message of a probe.</summary>
    public static Wire.ProbeWork Of(ProbeWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new()
        {
            Model = new()
            {
                Name = work.Model.Name,
                Layers = (uint)work.Model.Layers,
                Hidden = (uint)work.Model.Hidden,
                Heads = (uint)work.Model.Heads,
                KeyValueHeads = (uint)work.Model.KeyValueHeads,
                HeadWidth = (uint)work.Model.HeadWidth,
                FeedForward = (uint)work.Model.FeedForward,
                Vocabulary = (uint)work.Model.Vocabulary,
            },
            Batches = { work.Batches.Select(batch => (uint)batch) },
            Context = (uint)work.Context,
            Prompt = (uint)work.Prompt,
            Repetitions = (uint)work.Repetitions,
            LimitPercents = { work.LimitPercents.Select(percent => (uint)percent) },
            TimeoutSeconds = (uint)Math.Ceiling(work.Timeout.TotalSeconds),
        };
    }

    /// <summary>What is to be measured; whether it can be is for <see cref="TokenProbe"/> to say.</summary>
    /// <exception cref="ArgumentException">It names no model.</exception>
    public static ProbeRequest Read(Wire.ProbeWork message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var model = message.Model ?? throw new ArgumentException("The probe has no model.", nameof(message));
        return new(
            new(model.Name, Whole(model.Layers), Whole(model.Hidden), Whole(model.Heads), Whole(model.KeyValueHeads), Whole(model.HeadWidth), Whole(model.FeedForward), Whole(model.Vocabulary)),
            [.. message.Batches.Select(Whole)], Whole(message.Context), Whole(message.Prompt), Whole(message.Repetitions),
            [.. message.LimitPercents.Select(Whole)]);
    }

    /// <summary>The message of a point.</summary>
    public static Wire.ProbePoint Of(ProbePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var message = new Wire.ProbePoint { Phase = point.Phase, Batch = (uint)point.Batch, Tokens = (uint)point.Tokens, TokensPerSecond = point.TokensPerSecond };
        if (point.LimitWatts is { } limit)
            message.LimitWatts = limit;
        if (point.JoulesPerToken is { } joules)
            message.JoulesPerToken = joules;
        return message;
    }

    /// <summary>The point of a message.</summary>
    public static ProbePoint Read(Wire.ProbePoint message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(
            message.Phase, Whole(message.Batch), Whole(message.Tokens), message.HasLimitWatts ? message.LimitWatts : null, message.TokensPerSecond,
            message.HasJoulesPerToken ? message.JoulesPerToken : null);
    }

    private static int Whole(uint value) => (int)Math.Min(value, int.MaxValue);
}
