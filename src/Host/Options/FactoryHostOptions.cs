using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Host.Options;

/// <summary>How the host runs. Section <c>Host</c>; the common ones have a switch.</summary>
public sealed class FactoryHostOptions
{
    /// <summary>Address that the API and the page listen on. Default loopback.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port of the API and the page. Default 5080.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 5080;

    /// <summary>Port that agents dial (HTTP/2). Default 5081.</summary>
    [Range(1, 65535)]
    public int AgentPort { get; set; } = 5081;

    /// <summary>PEM file of the certificate that the agents' port shows; with it the port speaks TLS. Default none.</summary>
    public string? AgentCertificate { get; set; }

    /// <summary>PEM file of that certificate's key.</summary>
    public string? AgentKey { get; set; }

    /// <summary>PEM file of who issues agents' certificates; with it agents must show one of their node, and no token is asked for. Default none.</summary>
    public string? AgentAuthority { get; set; }

    /// <summary>Ports of the silo within the cluster. Default 11111.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port of the silo's gateway. Default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Folder of the storage file, the API key and the agents' token. Default ./data.</summary>
    [Required]
    public string Data { get; set; } = "data";

    /// <summary>True to start without the example factory and its workload.</summary>
    public bool Empty { get; set; }

    /// <summary>True (default) to feed the example factory with its example workload.</summary>
    public bool Workload { get; set; } = true;

    /// <summary>True (default) to start an agent for this machine's device where a rack named <see cref="AgentNode"/> wants one.</summary>
    public bool StartAgent { get; set; } = true;

    /// <summary>The node that this machine's agent serves. Default local-01-n00.</summary>
    [Required]
    public string AgentNode { get; set; } = "local-01-n00";

    /// <summary>True (default) to print a summary of the factory every few seconds.</summary>
    public bool Summary { get; set; } = true;

    /// <summary>Simulated seconds per second in the example factory. Default 60: a job of an hour takes a minute.</summary>
    [Range(0.001, 1000)]
    public double TimeScale { get; set; } = 60;
}
