using System.Diagnostics;

namespace ControlPlane.Tidy.Tests;

/// <summary>The checkout these tests look at.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every file that is or would be committed, relative to the root.</summary>
    public static IReadOnlyList<string> Files { get; } = Git("ls-files --cached --others --exclude-standard")
        .Where(file => File.Exists(Path.Combine(Root, file))).ToList();

    public static IEnumerable<string> With(params string[] extensions) =>
        Files.Where(file => extensions.Contains(Path.GetExtension(file)));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ControlPlane.sln")))
                return folder;
        }
        throw new InvalidOperationException("These tests run inside a checkout.");
    }

    private static List<string> Git(string arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true })!;
        var lines = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. lines];
    }
}
