namespace ControlPlane.Grains.Storage;

/// <summary>The grain storage providers.</summary>
public static class StorageNames
{
    /// <summary>Rows of single grains.</summary>
    public const string Rows = "rows";

    /// <summary>Ledgers of halls: what the rest can be made of again.</summary>
    public const string Ledger = "ledger";
}
