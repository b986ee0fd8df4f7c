using System.Runtime.CompilerServices;
using System.Threading.Channels;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Link;

/// <summary>
/// What is to be sent on one stream. Readings are taken when the host is ready for them, so a slow host gets fewer, and
/// newer, instead of a growing heap of old ones. Thread safe.
/// </summary>
/// <param name="readings">Takes the readings.</param>
internal sealed class Outbox(Func<FromAgent> readings)
{
    private static readonly FromAgent ReadingsAreDue = new();

    private readonly Channel<FromAgent> _messages = Channel.CreateUnbounded<FromAgent>();
    private int _due;

    /// <summary>True when all was taken: what is repeated need only be repeated then.</summary>
    public bool IsEmpty => _messages.Reader.Count == 0;

    public void Add(FromAgent message) => _messages.Writer.TryWrite(message);

    /// <summary>Readings are to be sent, however often that is said before they are.</summary>
    public void AddReadings()
    {
        if (Interlocked.Exchange(ref _due, 1) == 0)
            _messages.Writer.TryWrite(ReadingsAreDue);
    }

    /// <summary>The messages in order, each once the one before is on its way.</summary>
    public async IAsyncEnumerable<FromAgent> TakeAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var message in _messages.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            if (!ReferenceEquals(message, ReadingsAreDue))
            {
                yield return message;
                continue;
            }
            Volatile.Write(ref _due, 0); // Before they are taken: a change meanwhile asks for newer ones.
            yield return readings();
        }
    }
}
