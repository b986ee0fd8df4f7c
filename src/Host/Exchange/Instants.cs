namespace ControlPlane.Host.Exchange;

/// <summary>Instants as pure code counts them: from 1970.</summary>
internal static class Instants
{
    public static TimeSpan Since(DateTimeOffset at) => at - DateTimeOffset.UnixEpoch;

    public static DateTimeOffset Of(TimeSpan since) => DateTimeOffset.UnixEpoch + since;

    public static DateTimeOffset? Of(TimeSpan? since) => since is { } known ? Of(known) : null;
}
