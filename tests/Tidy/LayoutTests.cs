using System.Text.RegularExpressions;

namespace ControlPlane.Tidy.Tests;

public partial class LayoutTests
{
    private static readonly string[] Top =
        ["src", "tests", "infra", "ControlPlane.sln", "README.md", "ARCHITECTURE.md", "global.json", "Directory.Build.props", "Directory.Packages.props"];

    [Fact]
    public void The_top_of_the_repository_holds_what_it_should()
    {
        var found = Repository.Files.Select(file => file.Split('/')[0]).Where(name => !name.StartsWith('.')).Distinct();
        Assert.Empty(found.Except(Top));
        Assert.Empty(Top.Except(found));
    }

    [Fact]
    public void The_architecture_names_every_project()
    {
        var text = Repository.Read("ARCHITECTURE.md");
        foreach (var project in Repository.With(".csproj"))
        {
            var folder = Path.GetDirectoryName(project)!;
            Assert.True(text.Contains($"`{folder}`", StringComparison.Ordinal), $"ARCHITECTURE.md does not name `{folder}`.");
        }
    }

    [Fact]
    public void Package_versions_stand_in_one_place()
    {
        var scattered = Repository.With(".csproj").Where(project => VersionedReference().IsMatch(Repository.Read(project)));
        Assert.Empty(scattered);
    }

    [Fact]
    public void Every_pinned_package_is_used()
    {
        var projects = string.Join('\n', Repository.With(".csproj", ".props").Where(file => file != "Directory.Packages.props").Select(Repository.Read));
        var unused = PinnedPackage().Matches(Repository.Read("Directory.Packages.props")).Select(match => match.Groups[1].Value)
            .Where(package => !projects.Contains($"PackageReference Include=\"{package}\"", StringComparison.Ordinal));
        Assert.Empty(unused);
    }

    [Fact]
    public void No_text_names_a_machine_of_its_makers()
    {
        // Assembled, so that this file does not hold what it looks for.
        string[] words = ["/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "api." + "nuget.org", "registry." + "npmjs"];
        var found = Repository.With(".cs", ".md", ".yaml", ".yml", ".json", ".sh", ".props", ".targets", ".csproj", ".cu", ".cpp", ".h", ".js", ".html", ".ptx")
            .SelectMany(file => words.Where(Repository.Read(file).Contains).Select(word => $"{file} holds {word}"));
        Assert.Empty(found);
    }

    [GeneratedRegex("<PackageReference [^>]*Version=")]
    private static partial Regex VersionedReference();

    [GeneratedRegex("<PackageVersion Include=\"([^\"]+)\"")]
    private static partial Regex PinnedPackage();
}
