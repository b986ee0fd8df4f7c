using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

using ControlPlane.Hardware.Trust;

namespace ControlPlane.Agent.Link;

/// <summary>How the agent knows its hosts, and shows them who it is, by PEM files that may be replaced while it runs.</summary>
internal sealed class HostTrust
{
    private readonly RereadFile<SslStreamCertificateContext>? _own;
    private readonly RereadFile<X509Certificate2Collection>? _authorities;

    public HostTrust(AgentOptions options)
    {
        if (options.CertificateFile is { } certificate)
            _own = new([certificate, options.KeyFile!], () => CertificateTrust.Own(certificate, options.KeyFile!));
        if (options.AuthorityFile is { } authority)
            _authorities = new([authority], () => CertificateTrust.Authorities(authority));
    }

    /// <summary>What is wrong with the files.</summary>
    public IEnumerable<string> Flaws()
    {
        if (Flaw(_own) is { } own)
            yield return "--certificate " + own;
        if (Flaw(_authorities) is { } authority)
            yield return "--authority " + authority;
    }

    /// <summary>What one connection goes by, as the files are now.</summary>
    public SslClientAuthenticationOptions Options()
    {
        var options = new SslClientAuthenticationOptions();
        if (_own?.Value is { } own)
            options.ClientCertificateContext = own;
        if (_authorities?.Value is { } authorities)
        {
            // The name is the platform's to compare; who issued it, ours.
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0 && certificate is X509Certificate2 shown && CertificateTrust.IsHost(shown, chain, authorities);
        }
        return options;
    }

    private static string? Flaw<T>(RereadFile<T>? file)
        where T : class
    {
        try
        {
            _ = file?.Value;
            return null;
        }
        catch (IOException fault)
        {
            return fault.Message;
        }
    }
}
