using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Agent;

/// <summary>Which of this machine's addresses others reach.</summary>
internal static class LocalAddress
{
    /// <summary>The address from which this machine speaks to a host; the loopback's when there is no way to it.</summary>
    public static string Toward(Uri host)
    {
        try
        {
            // Connecting a datagram socket sends nothing; it only chooses the way.
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(host.DnsSafeHost, host.Port);
            var address = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        }
        catch (SocketException)
        {
            return IPAddress.Loopback.ToString();
        }
    }
}
