using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Hardware.Trust;

/// <summary>
/// Certificates by which hosts and agents know each other, from PEM files that an operator's own authority issued. Files are
/// read again when they have changed, so a certificate is replaced without a restart. Nobody's revocation list is asked:
/// certificates that live shortly, or a new authority, take trust back.
/// </summary>
public static class CertificateTrust
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    /// <summary>A certificate with its key, and those that lead from it to its authority.</summary>
    /// <exception cref="IOException">A file cannot be read or holds none; the message names it.</exception>
    public static SslStreamCertificateContext Own(string certificate, string key)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(certificate);
            using var read = X509Certificate2.CreateFromPemFile(certificate, key);
            // Some platforms' TLS takes keys only from such a store.
            return SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null), all, offline: true);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"{certificate} with {key}: {fault.Message}", fault);
        }
    }

    /// <summary>The certificates of a PEM file.</summary>
    /// <exception cref="IOException">The file cannot be read or holds none; the message names it.</exception>
    public static X509Certificate2Collection Authorities(string path)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(path);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {fault.Message}", fault);
        }
        return found.Count > 0 ? found : throw new IOException($"{path}: it holds no certificate.");
    }

    /// <summary>True when an authority issued the certificate for hosts, and it is valid now. Its name is not looked at.</summary>
    public static bool IsHost(X509Certificate2 certificate, X509Chain? sent, X509Certificate2Collection authorities) => Holds(certificate, sent, authorities, ServerUse);

    /// <summary>True when an authority issued the certificate for agents, and it is valid now. Its name is not looked at.</summary>
    public static bool IsAgent(X509Certificate2 certificate, X509Chain? sent, X509Certificate2Collection authorities) => Holds(certificate, sent, authorities, ClientUse);

    /// <summary>True when the certificate is of that node: it is among its DNS names, or, where it has none, its common name.</summary>
    public static bool IsOf(X509Certificate2 certificate, string node)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()).ToList();
        return names.Count > 0 ? names.Contains(node, StringComparer.OrdinalIgnoreCase) : string.Equals(certificate.GetNameInfo(X509NameType.SimpleName, false), node, StringComparison.OrdinalIgnoreCase);
    }

    private static bool Holds(X509Certificate2 certificate, X509Chain? sent, X509Certificate2Collection authorities, Oid use)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(authorities);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(use);
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(certificate);
    }
}
