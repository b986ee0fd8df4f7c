using System.ComponentModel.DataAnnotations;
using ControlPlane.Grains.Storage;
using Microsoft.Extensions.Configuration;

namespace ControlPlane.Host.Options;

/// <summary>Reads settings strictly: a misspelt key or a value out of range stops the start, with every error at once.</summary>
internal static class HostSettings
{
    private static readonly Dictionary<string, string> Switches = new(StringComparer.Ordinal)
    {
        ["--address"] = "Host:Address",
        ["--port"] = "Host:Port",
        ["--agent-port"] = "Host:AgentPort",
        ["--silo-port"] = "Host:SiloPort",
        ["--gateway-port"] = "Host:GatewayPort",
        ["--data"] = "Host:Data",
        ["--empty"] = "Host:Empty",
        ["--workload"] = "Host:Workload",
        ["--start-agent"] = "Host:StartAgent",
        ["--summary"] = "Host:Summary",
        ["--time-scale"] = "Host:TimeScale",
        ["--backfill"] = "Factory:Backfill",
        ["--storage"] = "Storage:Provider",
        ["--connection-string"] = "Storage:ConnectionString",
    };

    public static void Strict(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;

    /// <summary>Adds the command line, in which <c>--empty</c> may stand alone.</summary>
    public static void Add(WebApplicationBuilder builder, string[] args)
    {
        var full = new List<string>();
        for (var index = 0; index < args.Length; index++)
        {
            full.Add(args[index]);
            var isAlone = index + 1 == args.Length || args[index + 1].StartsWith("--", StringComparison.Ordinal);
            if (args[index] == "--empty" && isAlone)
                full.Add("true");
        }
        var unknown = args.Where(arg => arg.StartsWith("--", StringComparison.Ordinal))
            .Select(arg => arg.Split('=')[0]).Where(arg => !Switches.ContainsKey(arg) && !arg.Contains(':', StringComparison.Ordinal)).ToList();
        if (unknown.Count > 0)
            throw new SettingsException($"Unknown switch {string.Join(", ", unknown)}. Known: {string.Join(", ", Switches.Keys)}.");
        builder.Configuration.AddCommandLine([.. full], Switches);
        builder.Services.AddOptions<FactoryHostOptions>().Bind(builder.Configuration.GetSection("Host"), Strict).ValidateDataAnnotations();
        builder.Services.AddOptions<StorageOptions>().Bind(builder.Configuration.GetSection("Storage"), Strict).ValidateDataAnnotations();
    }

    public static T Read<T>(WebApplicationBuilder builder, string section)
        where T : class, new()
    {
        var settings = new T();
        try
        {
            builder.Configuration.GetSection(section).Bind(settings, Strict);
        }
        catch (InvalidOperationException fault)
        {
            throw new SettingsException($"Settings in section {section} cannot be read: {fault.InnerException?.Message ?? fault.Message}", fault);
        }
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(settings, new ValidationContext(settings), errors, validateAllProperties: true))
            throw new SettingsException($"Settings in section {section} are not valid: {string.Join(" ", errors.Select(error => error.ErrorMessage))}");
        return settings;
    }
}

/// <summary>The settings do not allow a start.</summary>
internal sealed class SettingsException(string message, Exception? cause = null) : Exception(message, cause);
