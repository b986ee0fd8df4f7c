namespace ControlPlane.Cli;

/// <summary>A command could not do what it was asked; the message says why.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>What the exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Understood, and the answer is no: refused, failed, not found.</summary>
    public const int No = 1;

    /// <summary>The input is wrong; nothing was changed.</summary>
    public const int BadInput = 2;

    /// <summary>No host answered.</summary>
    public const int NoHost = 3;
}
