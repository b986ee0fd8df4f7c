using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Facility.Exchange;

/// <summary>A signed text in JWS compact form, with ES256 or RS256.</summary>
public static class SignedText
{
    /// <summary>What was signed, without looking at the signature; null when the text is not of the form.</summary>
    public static byte[]? ContentOf(string token) => token.Split('.') is [_, var content, _] ? Decode(content) : null;

    /// <summary>What is wrong with a signature; null when one of the keys made it.</summary>
    /// <param name="token">The signed text.</param>
    /// <param name="keys">Public keys that are trusted.</param>
    public static string? Objection(string token, IReadOnlyCollection<AsymmetricAlgorithm> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (token.Split('.') is not [var header, var content, var signature] || Decode(signature) is not { } made)
            return "it is not a signed text";
        var signed = Encoding.ASCII.GetBytes($"{header}.{content}");
        return AlgorithmOf(header) switch
        {
            "ES256" => Fits(keys.OfType<ECDsa>().Where(key => key.KeySize == 256), key => key.VerifyData(signed, made, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)),
            "RS256" => Fits(keys.OfType<RSA>(), key => key.VerifyData(signed, made, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            // "none" above all: what is not signed must not pass for signed.
            var other => $"'{other ?? "nothing"}' is not a way of signing that is accepted: ES256 and RS256 are",
        };
    }

    /// <summary>Public keys in PEM form, one after another.</summary>
    /// <exception cref="ArgumentException">There is none, or one cannot be read.</exception>
    /// <exception cref="CryptographicException">A key is broken.</exception>
    public static IReadOnlyList<AsymmetricAlgorithm> ReadKeys(string pem)
    {
        var keys = new List<AsymmetricAlgorithm>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var found))
        {
            keys.Add(KeyOf(rest[found.Location].ToString()));
            rest = rest[found.Location.End..];
        }
        return keys.Count > 0 ? keys : throw new ArgumentException("The file holds no public key in PEM form.", nameof(pem));
    }

    private static AsymmetricAlgorithm KeyOf(string pem)
    {
        var curve = ECDsa.Create();
        try
        {
            curve.ImportFromPem(pem);
            return curve;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            curve.Dispose();
        }
        var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return rsa;
    }

    private static string? Fits<T>(IEnumerable<T> keys, Func<T, bool> verifies) => keys.Any(verifies) ? null : "no key that is trusted made the signature";

    private static string? AlgorithmOf(string header)
    {
        try
        {
            using var document = Decode(header) is { } bytes ? JsonDocument.Parse(bytes) : null;
            return document?.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("alg", out var algorithm) && algorithm.ValueKind == JsonValueKind.String
                ? algorithm.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decode(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
