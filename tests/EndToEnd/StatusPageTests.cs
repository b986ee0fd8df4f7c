using ControlPlane.Host.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ControlPlane.EndToEnd.Tests;

public class StatusPageTests
{
    [SkippableFact]
    public async Task The_page_asks_for_the_key_and_shows_the_factory_live()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Browser.Launch(playwright);
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var page = await browser.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            // The browser itself reports a refused key as a failed request.
            if (message.Type == "error" && !message.Text.Contains("401", StringComparison.Ordinal))
                complaints.Add(message.Text);
        };
        page.PageError += (_, message) => complaints.Add(message);

        await page.GotoAsync(host.Http.BaseAddress!.ToString());
        await page.GetByLabel("API key").FillAsync("not the key");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("This key is not right");
        await page.GetByLabel("API key").FillAsync(host.Key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Live");
        await Expect(page.Locator("#power")).ToContainTextAsync("utility-a");
        await Expect(page.Locator("#cooling")).ToContainTextAsync("cdu-1");
        await Expect(page.Locator("#gpus")).ToHaveTextAsync("0 / 273");

        await Manifest.Use("apiVersion: factory/v1\nkind: Job\nmetadata: {name: seen}\nspec:\n  queue: research\n  tasks: [{gpus: 8}]\n  simulated: {duration: 30d}\n", async file =>
            Assert.Equal(0, (await host.Factoryctl("submit", "-f", file)).Code));
        await Expect(page.Locator("#gpus")).ToHaveTextAsync("8 / 273");
        await Expect(page.Locator("#jobs")).ToContainTextAsync("seen");
        Assert.Equal(0, (await host.Factoryctl("set", "loop", "cdu-1", "lost")).Code);
        await Expect(page.Locator("#cooling")).ToContainTextAsync("lost: carries no heat");
        await Expect(page.Locator("#racks")).ToContainTextAsync("ready, armed caps hold");
        Assert.Empty(complaints);
    }

    [SkippableTheory]
    [InlineData("wide", 1280, 900, ColorScheme.Light)]
    [InlineData("dark", 1280, 900, ColorScheme.Dark)]
    [InlineData("narrow", 390, 844, ColorScheme.Light)]
    public async Task The_page_fits_its_window(string name, int width, int height, ColorScheme scheme)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Browser.Launch(playwright);
        await using var host = await RunningHost.Start();
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        await page.GotoAsync($"{host.Http.BaseAddress}#key={host.Key}");
        await Expect(page.Locator("#jobs tbody tr").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        Assert.DoesNotContain(host.Key, page.Url, StringComparison.Ordinal);
        await Expect(page.Locator("#login")).ToBeHiddenAsync();

        var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        await page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png"), FullPage = true });
        Assert.Equal(0, overflow);
    }
}
