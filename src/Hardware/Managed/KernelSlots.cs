namespace ControlPlane.Hardware.Managed;

/// <summary>A launch's arguments, read as the kernel declares them.</summary>
internal readonly unsafe struct KernelSlots(IReadOnlyList<ulong> slots)
{
    public float* Floats(int slot) => (float*)slots[slot];

    public int* Ints(int slot) => (int*)slots[slot];

    public uint* Words(int slot) => (uint*)slots[slot];

    public ushort* Halves(int slot) => (ushort*)slots[slot];

    public float Float(int slot) => BitConverter.UInt32BitsToSingle((uint)slots[slot]);

    public int Int(int slot) => (int)slots[slot];

    public uint Word(int slot) => (uint)slots[slot];

    public long Long(int slot) => (long)slots[slot];
}
