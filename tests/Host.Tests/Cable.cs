using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Host.Tests;

/// <summary>A network between two processes that can be cut in one direction or both, without either noticing more than silence.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly List<TcpClient> _ends = [];
    private readonly Lock _lock = new();
    private readonly int _port;
    private readonly Task _accepting;
    private volatile bool _carriesThere = true;
    private volatile bool _carriesBack = true;

    /// <param name="port">Where it leads.</param>
    public Cable(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it begins.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Carries nothing any more in the directions that are named.</summary>
    public void Cut(bool there, bool back) => (_carriesThere, _carriesBack) = (!there, !back);

    /// <summary>Carries again; what was lost is lost, so connections begin anew.</summary>
    public void Mend()
    {
        lock (_lock)
        {
            foreach (var end in _ends)
                end.Dispose();
            _ends.Clear();
        }
        (_carriesThere, _carriesBack) = (true, true);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        Mend();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptTcpClientAsync(_ending.Token);
                var called = new TcpClient();
                lock (_lock)
                    _ends.AddRange([caller, called]);
                if (!await ConnectAsync(called))
                {
                    caller.Dispose(); // Nobody is there now.
                    continue;
                }
                _ = CarryAsync(caller, called, () => _carriesThere);
                _ = CarryAsync(called, caller, () => _carriesBack);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task<bool> ConnectAsync(TcpClient end)
    {
        try
        {
            await end.ConnectAsync(IPAddress.Loopback, _port, _ending.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task CarryAsync(TcpClient from, TcpClient to, Func<bool> carries)
    {
        var bytes = new byte[65536];
        try
        {
            while (await from.GetStream().ReadAsync(bytes, _ending.Token) is > 0 and var count)
            {
                if (carries())
                    await to.GetStream().WriteAsync(bytes.AsMemory(0, count), _ending.Token);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One end closed: the other hears of it.
        }
        if (!carries())
            return; // Not even that is carried.
        from.Dispose();
        to.Dispose();
    }
}
