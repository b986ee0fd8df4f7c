using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Host.Security;

/// <summary>A secret kept in a file that only its owner may read; made at first start.</summary>
internal sealed class SecretFile
{
    private readonly byte[] _hash;

    private SecretFile(string path, string value, bool isNew)
    {
        Path = path;
        Value = value;
        IsNew = isNew;
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The secret.</summary>
    public string Value { get; }

    /// <summary>True when it was made now.</summary>
    public bool IsNew { get; }

    /// <summary>Reads the secret, or makes one of 256 random bits.</summary>
    public static SecretFile Open(string folder, string name)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, name));
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 32 } known)
            return new SecretFile(path, known, false);
        var value = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(path, options))
            writer.WriteLine(value);
        return new SecretFile(path, value, true);
    }

    /// <summary>True when a request's Authorization header carries the secret. Takes the same time whatever it carries.</summary>
    public bool Allows(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        return CryptographicOperations.FixedTimeEquals(given, _hash);
    }
}
