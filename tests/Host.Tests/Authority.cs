using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Host.Tests;

/// <summary>An operator's own certificate authority, which issues for hosts and agents into a folder.</summary>
internal sealed class Authority : IDisposable
{
    private static readonly Oid Server = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid Client = new("1.3.6.1.5.5.7.3.2");

    private readonly string _folder;
    private readonly X509Certificate2 _own;

    public Authority(string folder, string name = "authority")
    {
        _folder = folder;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
        Path = System.IO.Path.Combine(folder, name + ".pem");
        File.WriteAllText(Path, _own.ExportCertificatePem());
    }

    /// <summary>The file that trusts it.</summary>
    public string Path { get; }

    public (string Certificate, string Key) ForHost(string name) => Issue(name, name, Server, names => names.AddIpAddress(IPAddress.Loopback), 5);

    public (string Certificate, string Key) ForAgent(string node, string? file = null, int days = 5) => Issue(node, file ?? node, Client, names => names.AddDnsName(node), days);

    public (string Certificate, string Key) Issue(string name, string file, Oid use, Action<SubjectAlternativeNameBuilder> more, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([use], false));
        var names = new SubjectAlternativeNameBuilder();
        more(names);
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = days > 0 ? (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(days)) : (DateTimeOffset.UtcNow.AddHours(-20), DateTimeOffset.UtcNow.AddHours(-10));
        using var certificate = request.Create(_own, from, to, RandomNumberGenerator.GetBytes(8));
        var paths = (System.IO.Path.Combine(_folder, file + ".crt"), System.IO.Path.Combine(_folder, file + ".key"));
        File.WriteAllText(paths.Item2, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
        return paths;
    }

    public void Dispose() => _own.Dispose();
}
