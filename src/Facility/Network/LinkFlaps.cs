using ControlPlane.Domain;

namespace ControlPlane.Facility.Network;

/// <summary>When a link that comes and goes is no longer relied on.</summary>
/// <param name="Falls">So many times down within the window, at least 1.</param>
/// <param name="Window">The window.</param>
/// <param name="Steady">How long it must then be read as up, without a gap, before it is relied on again.</param>
/// <param name="Silence">Readings further apart leave a gap, in which anything may have happened.</param>
public sealed record FlapRule(int Falls, TimeSpan Window, TimeSpan Steady, TimeSpan Silence);

/// <summary>A link's ups and downs as they are read. A link that is up may still be held back because it flaps.</summary>
public sealed record LinkFlaps
{
    /// <summary>When it went down, oldest first, as far as that still counts.</summary>
    public ValueList<DateTimeOffset> Falls { get; init; }

    /// <summary>True while it was last read as down.</summary>
    public bool IsDown { get; init; }

    /// <summary>True while it is held back.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Since when it has been read as up without a gap; null when it is not or nobody read it.</summary>
    public DateTimeOffset? SteadySince { get; init; }

    /// <summary>The last reading; null before the first.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>A reading.</summary>
    /// <param name="up">Whether it is up.</param>
    /// <param name="now">When.</param>
    /// <param name="rule">When it is held back.</param>
    public LinkFlaps Read(bool up, DateTimeOffset now, FlapRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Require.Count(rule.Falls, 1);
        return up ? ReadUp(now, rule) : ReadDown(now, rule);
    }

    /// <summary>Somebody vouches for it: what was counted no longer counts.</summary>
    public LinkFlaps PutBack() => this with { Falls = [], IsHeld = false };

    private LinkFlaps ReadDown(DateTimeOffset now, FlapRule rule)
    {
        ValueList<DateTimeOffset> falls = [.. Falls.Where(fall => fall > now - rule.Window && fall <= now), .. IsDown ? (DateTimeOffset[])[] : [now]];
        return this with { Falls = falls, IsDown = true, IsHeld = IsHeld || falls.Count >= rule.Falls, SteadySince = null, ReadAt = now };
    }

    private LinkFlaps ReadUp(DateTimeOffset now, FlapRule rule)
    {
        var isGap = ReadAt is not { } last || (now - last).Duration() > rule.Silence;
        var since = isGap ? now : SteadySince ?? now;
        var read = this with { IsDown = false, SteadySince = since, ReadAt = now };
        return IsHeld && now - since >= rule.Steady ? read.PutBack() : read;
    }
}
