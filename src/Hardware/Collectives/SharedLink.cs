using System.Runtime.CompilerServices;

using ControlPlane.Hardware.Interop;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// Pieces through slots of memory that both ends map. Two counters in it say what is full and what was taken; who finds
/// nothing looks again for a while, then says so in the memory and waits on the socket, which the other then writes to. So
/// as long as both keep up nothing is asked of the system.
/// </summary>
internal sealed unsafe class SharedLink : RingLink
{
    /// <summary>Pieces under way.</summary>
    public const int Slots = 4;

    /// <summary>Slots of the memory: one more, for the counters.</summary>
    public const int MemorySlots = Slots + 1;

    // Looks before waiting, each of which lets another process run: more than a woken one takes to come.
    private const int Looks = 200;

    private const int Line = 64 / sizeof(uint); // What processors hand to each other at a time, in counters.

    private readonly SharedMemory _memory;
    private readonly uint* _filled;
    private readonly uint* _taken;
    private readonly uint* _receiverWaits;
    private readonly uint* _senderWaits;
    private readonly int* _lengths;
    private uint _sent;
    private uint _received;

    public SharedLink(RingWire wire, SharedMemory memory)
        : base(wire)
    {
        _memory = memory;
        _filled = (uint*)Unsafe.AsPointer(ref memory.Slot(Slots)[0]);
        _taken = _filled + Line;
        _receiverWaits = _taken + Line;
        _senderWaits = _receiverWaits + Line;
        _lengths = (int*)(_senderWaits + Line);
    }

    public override int Room => Slots;

    public override void Send(ReadOnlySpan<byte> piece)
    {
        Await(_taken, _sent - Slots, _senderWaits);
        var slot = _sent % Slots;
        piece.CopyTo(_memory.Slot(slot));
        _lengths[slot] = piece.Length;
        Advance(_filled, ++_sent, _receiverWaits);
    }

    public override ReadOnlySpan<byte> Receive(int length)
    {
        Await(_filled, _received, _receiverWaits);
        var slot = _received % Slots;
        return _lengths[slot] == length ? _memory.Slot(slot)[..length] : throw Wire.Odd($"{_lengths[slot]} bytes where {length} were due");
    }

    public override void Taken() => Advance(_taken, ++_received, _senderWaits);

    public override void Dispose()
    {
        base.Dispose();
        _memory.Dispose();
    }

    // Until the other end's counter has passed a value.
    private void Await(uint* counter, uint passed, uint* waits)
    {
        for (var look = 0; look < Looks; look++)
        {
            if (Volatile.Read(ref *counter) != passed)
                return;
            Thread.Yield();
        }
        while (true)
        {
            Volatile.Write(ref *waits, 1);
            Interlocked.MemoryBarrier(); // Either this end sees the counter, or the other sees that this one waits.
            if (Volatile.Read(ref *counter) != passed)
                break;
            var (word, length) = Wire.Hear();
            if (word != RingWord.Wake || length != 0)
                throw Wire.Odd($"a word of kind {(byte)word} where it was to wake");
        }
        Volatile.Write(ref *waits, 0);
    }

    private void Advance(uint* counter, uint value, uint* waits)
    {
        Volatile.Write(ref *counter, value);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref *waits) != 0 && Interlocked.Exchange(ref *waits, 0) != 0)
            Wire.Say(RingWord.Wake);
    }
}
