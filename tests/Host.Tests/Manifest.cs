namespace ControlPlane.Host.Tests;

/// <summary>A manifest file that exists while a test uses it.</summary>
internal static class Manifest
{
    public static async Task Use(string text, Func<string, Task> then)
    {
        var file = Path.Combine(Path.GetTempPath(), $"manifest-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, text);
        try
        {
            await then(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
