namespace ControlPlane.Grains.Placement;

/// <summary>The ledger's one changing row: its ETag decides which of two activations may go on.</summary>
[GenerateSerializer, Alias("LedgerHead")]
internal sealed class LedgerHead
{
    /// <summary>Number of the first entry in <see cref="Tail"/>.</summary>
    [Id(0)] public long TailSequence { get; set; } = 1;

    /// <summary>Newest entries, each serialized, oldest first.</summary>
    [Id(1)] public List<byte[]> Tail { get; set; } = [];

    /// <summary>Row of the segment before the tail, or null.</summary>
    [Id(2)] public string? LastSegment { get; set; }

    /// <summary>Row of the newest snapshot, or null.</summary>
    [Id(3)] public string? Snapshot { get; set; }

    /// <summary>Number of the last entry that the snapshot holds.</summary>
    [Id(4)] public long SnapshotSequence { get; set; }
}

/// <summary>A sealed run of entries. Written once under a name of its own, so a stale activation can only leave an orphan.</summary>
[GenerateSerializer, Alias("LedgerSegment")]
internal sealed class LedgerSegment
{
    /// <summary>Number of the first entry.</summary>
    [Id(0)] public long FirstSequence { get; set; }

    /// <summary>The entries, each serialized.</summary>
    [Id(1)] public List<byte[]> Entries { get; set; } = [];

    /// <summary>Row of the segment before, or null.</summary>
    [Id(2)] public string? Previous { get; set; }
}
