using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using ControlPlane.Facility.Exchange;

namespace ControlPlane.Host.Exchange;

/// <summary>How the factory speaks with the grid and the building. Section <c>Exchange</c>.</summary>
public sealed class ExchangeOptions : IValidatableObject
{
    /// <summary>True to speak with them. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>The MQTT broker. Default this machine.</summary>
    [Required]
    public string Broker { get; set; } = "127.0.0.1";

    /// <summary>Its port. Default 1883.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 1883;

    /// <summary>True to speak TLS with the broker. Default false.</summary>
    public bool Tls { get; set; }

    /// <summary>The user's name at the broker; none by default.</summary>
    public string User { get; set; } = "";

    /// <summary>The file that holds the user's password or token; none by default.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>True to start a broker in this process, on loopback and <see cref="Port"/>: for tests and demos. Default false.</summary>
    public bool Embedded { get; set; }

    /// <summary>The name under which the grid knows this site. Default factory.</summary>
    [RegularExpression(NamePattern, ErrorMessage = "Exchange:Site must be letters, digits, points, dashes and underscores.")]
    public string Site { get; set; } = "factory";

    /// <summary>The name under which the building knows this product. Default FACTORY.</summary>
    [RegularExpression(NamePattern, ErrorMessage = "Exchange:Integration must be letters, digits, points, dashes and underscores, and not PUB.")]
    public string Integration { get; set; } = "FACTORY";

    /// <summary>True to follow only load targets that are signed with a key of <see cref="KeyFile"/>. Default false.</summary>
    public bool RequireSignatures { get; set; }

    /// <summary>Public keys in PEM form. Where given, the signature of whatever is signed is checked.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The factory's name of a rack by the building's; a rack that is not named here has the same name in both.</summary>
    public Dictionary<string, string> Racks { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How often the state of the feeds is told when nothing happens. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatusPeriod { get; set; } = TimeSpan.FromSeconds(30);

    private const string NamePattern = "^[A-Za-z0-9_.-]+$";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Integration == "PUB")
            yield return new ValidationResult("Exchange:Integration must not be PUB: that is the building itself.");
        if (RequireSignatures && KeyFile.Length == 0)
            yield return new ValidationResult("Exchange:RequireSignatures needs Exchange:KeyFile.");
        if (PasswordFile.Length > 0 && !File.Exists(PasswordFile))
            yield return new ValidationResult($"Exchange:PasswordFile: there is no file {PasswordFile}.");
        if (KeyFile.Length > 0 && KeyObjection() is { } objection)
            yield return new ValidationResult($"Exchange:KeyFile: {objection}");
    }

    private string? KeyObjection()
    {
        try
        {
            foreach (var key in SignedText.ReadKeys(File.ReadAllText(KeyFile)))
                key.Dispose();
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            return fault.Message;
        }
    }
}
