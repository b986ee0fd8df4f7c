using Microsoft.Playwright;

namespace ControlPlane.EndToEnd.Tests;

/// <summary>Chromium as the machine has it; none is downloaded.</summary>
internal static class Browser
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    public static async Task<IBrowser> Launch(IPlaywright playwright)
    {
        var path = Environment.GetEnvironmentVariable("FACTORY_CHROMIUM") ?? "/usr/bin/chromium";
        Assert.True(File.Exists(path) || Environment.GetEnvironmentVariable("CI") != "true", "Chromium must be installed here.");
        Skip.IfNot(File.Exists(path), "Chromium is not installed: install it, or name it in FACTORY_CHROMIUM.");
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = Arguments });
    }
}
