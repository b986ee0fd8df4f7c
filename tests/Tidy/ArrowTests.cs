using System.Xml.Linq;

namespace ControlPlane.Tidy.Tests;

public class ArrowTests
{
    /// <summary>What each project may refer to. Domain &lt;- Facility &lt;- Scheduling &lt;- Grains &lt;- Host; the rest hangs off, nothing points back.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Domain"] = [],
        ["Facility"] = ["Domain"],
        ["Scheduling"] = ["Domain", "Facility"],
        ["Hardware"] = ["Domain", "Facility"],
        ["Agent"] = ["Domain", "Hardware"],
        ["Simulation"] = ["Domain", "Facility", "Scheduling"],
        ["Planning"] = ["Domain", "Facility", "Scheduling", "Simulation"],
        ["Api"] = ["Domain"],
        ["Web"] = [],
        ["Grains"] = ["Domain", "Facility", "Scheduling", "Hardware"],
        ["Testing"] = ["Domain", "Grains", "Scheduling", "Hardware"],
        ["Cli"] = ["Domain", "Api", "Scheduling", "Simulation", "Planning"],
        ["Host"] = ["Domain", "Api", "Grains", "Hardware", "Scheduling", "Simulation", "Planning", "Web", "Agent"],
    };

    public static TheoryData<string> Projects => [.. Repository.With(".csproj").Where(file => file.StartsWith("src/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_what_lies_below_it(string project)
    {
        var name = NameOf(project);
        Assert.True(Allowed.ContainsKey(name), $"{project} has no line in the table of arrows.");
        foreach (var target in References(project))
            Assert.True(Allowed[name].Contains(target), $"{name} must not refer to {target}.");
    }

    [Fact]
    public void Pure_projects_ban_clocks_randomness_and_waiting()
    {
        foreach (var name in (string[])["Domain", "Facility", "Scheduling", "Simulation", "Planning"])
            Assert.Contains("<PureProject>true</PureProject>", Repository.Read($"src/{name}/ControlPlane.{name}.csproj"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("ControlPlane.sln").Replace('\\', '/');
        foreach (var project in Repository.With(".csproj"))
            Assert.Contains(project, solution, StringComparison.Ordinal);
    }

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project).Replace("ControlPlane.", "", StringComparison.Ordinal);

    private static IEnumerable<string> References(string project) => XDocument.Parse(Repository.Read(project))
        .Descendants("ProjectReference").Select(reference => NameOf(reference.Attribute("Include")!.Value.Replace('\\', '/')));
}
