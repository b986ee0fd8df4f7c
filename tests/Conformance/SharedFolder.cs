namespace ControlPlane.Conformance.Tests;

/// <summary>Finds the reference data, which is not part of this tree.</summary>
internal static class SharedFolder
{
    /// <summary>The folder, or a skipped test that says where it was looked for.</summary>
    public static string Find()
    {
        var named = Environment.GetEnvironmentVariable("FACTORY_SHARED");
        if (named is not null && Directory.Exists(named))
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared");
            if (File.Exists(Path.Combine(candidate, "design.md")))
                return candidate;
        }
        Skip.If(true, "The reference data is absent: set FACTORY_SHARED, or put 'shared' beside a parent folder of the tests.");
        return "";
    }
}
