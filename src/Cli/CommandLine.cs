using System.CommandLine;

namespace ControlPlane.Cli;

/// <summary>What commands share: their options and how they end.</summary>
internal static class CommandLine
{
    public static Option<string[]> Files { get; } = new("--file", "-f")
    {
        Description = "Manifest files or folders; - reads standard input.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    public static Option<string> Output()
    {
        var option = new Option<string>("--output", "-o") { Description = "table, json or yaml.", DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong("table", "json", "yaml");
        return option;
    }

    public static Option<string?> Hall() => new("--hall") { Description = "The hall; the only one by default." };

    /// <summary>Runs a command with a client; what it could not do is told on standard error.</summary>
    public static void Runs(this Command command, Func<ParseResult, FactoryClient, CancellationToken, Task<int>> run) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                using var client = FactoryClient.Of(parsed);
                return await run(parsed, client, cancellation);
            }
            catch (CommandException fault)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return fault.ExitCode;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return ExitCodes.BadInput;
            }
        });

    /// <summary>Runs what needs no host. Bad input is the user's to mend, so it is one line and exit code 2, not a stack trace.</summary>
    public static int Guarded(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (Exception fault) when (fault is Simulation.TraceFormatException or IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            Console.Error.WriteLine("factoryctl: " + fault.Message);
            return ExitCodes.BadInput;
        }
    }

    /// <summary>The hall that an option names, or the factory's only one.</summary>
    public static async Task<string> HallOf(string? given, FactoryClient client)
    {
        if (given is not null)
            return given;
        var factory = await client.Get<Api.FactoryResponse>("/v1/factory");
        return factory.Halls.Count == 1
            ? factory.Halls[0]
            : throw new CommandException(ExitCodes.BadInput, factory.Halls.Count == 0
                ? "The factory has no hall yet: apply one."
                : $"The factory has several halls: give --hall with one of {string.Join(", ", factory.Halls)}.");
    }

    /// <summary>The manifest files that paths name; a folder stands for its .yaml, .yml and .json files.</summary>
    public static IReadOnlyList<Api.FileBody> Read(IEnumerable<string> paths)
    {
        var files = new List<Api.FileBody>();
        foreach (var path in paths)
        {
            if (path == "-")
                files.Add(new Api.FileBody("-", Console.In.ReadToEnd()));
            else if (Directory.Exists(path))
                files.AddRange(Directory.GetFiles(path).Where(IsManifest).Order(StringComparer.Ordinal).Select(file => new Api.FileBody(file, File.ReadAllText(file))));
            else if (File.Exists(path))
                files.Add(new Api.FileBody(path, File.ReadAllText(path)));
            else
                throw new CommandException(ExitCodes.BadInput, $"There is no file or folder {path}.");
        }
        return files;
    }

    private static bool IsManifest(string file) => Path.GetExtension(file) is ".yaml" or ".yml" or ".json";
}
