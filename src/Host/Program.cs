using ControlPlane.Host;
using ControlPlane.Host.Options;

try
{
    await using var app = await FactoryHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception fault) when (fault is SettingsException or InvalidOperationException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(fault.Message + (fault.InnerException is { } inner ? Environment.NewLine + "  " + inner.Message : ""));
    return 1;
}
