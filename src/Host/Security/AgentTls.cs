using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Hardware.Trust;
using ControlPlane.Host.Options;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ControlPlane.Host.Security;

/// <summary>How agents and this host prove to each other who they are: by certificates where the settings name them, else by the agents' token.</summary>
internal sealed class AgentTls
{
    private readonly RereadFile<SslStreamCertificateContext>? _own;
    private readonly RereadFile<X509Certificate2Collection>? _authorities;

    private AgentTls(FactoryHostOptions settings)
    {
        if (settings.AgentCertificate is { } certificate)
            _own = new([certificate, settings.AgentKey!], () => CertificateTrust.Own(certificate, settings.AgentKey!));
        if (settings.AgentAuthority is { } authority)
            _authorities = new([authority], () => CertificateTrust.Authorities(authority));
    }

    /// <summary>True when the agents' port speaks TLS.</summary>
    public bool IsOn => _own is not null;

    /// <summary>True when agents show certificates; then no token is asked for.</summary>
    public bool AsksForCertificates => _authorities is not null;

    /// <summary>Reads the files once, so that a host with unsound ones does not start.</summary>
    /// <exception cref="SettingsException">What is wrong, and in which setting.</exception>
    public static AgentTls Of(FactoryHostOptions settings)
    {
        if ((settings.AgentCertificate is null) != (settings.AgentKey is null))
            throw new SettingsException("Settings in section Host are not valid: AgentCertificate and AgentKey belong together: give both PEM files, or neither.");
        if (settings.AgentAuthority is not null && settings.AgentCertificate is null)
            throw new SettingsException("Settings in section Host are not valid: AgentAuthority asks agents for certificates, which needs TLS: give AgentCertificate and AgentKey too.");
        var tls = new AgentTls(settings);
        try
        {
            _ = (tls._own?.Value, tls._authorities?.Value);
        }
        catch (IOException fault)
        {
            throw new SettingsException($"Settings in section Host are not valid: {fault.Message}", fault);
        }
        return tls;
    }

    /// <summary>The rules of the agents' port.</summary>
    public TlsHandshakeCallbackOptions Rules => new()
    {
        // For each connection anew, by the files as they are now.
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _own!.Value,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateRequired = AsksForCertificates,
            RemoteCertificateValidationCallback = (_, shown, chain, _) =>
                _authorities is null || (shown is X509Certificate2 certificate && CertificateTrust.IsAgent(certificate, chain, _authorities.Value)),
        }),
    };
}
