using System.CommandLine;

namespace ControlPlane.Cli;

/// <summary>
/// A command that ends by itself when it is asked to, at the next instant at which its result is whole: minutes may pass until
/// then, and whoever asked is not cut short.
/// </summary>
internal sealed class LongCommand(string name, string description) : Command(name, description)
{
    /// <summary>For how long a command may go on after the first signal.</summary>
    public static TimeSpan PatienceFor(Command command) => command is LongCommand ? TimeSpan.FromHours(1) : new InvocationConfiguration().ProcessTerminationTimeout ?? TimeSpan.Zero;
}
