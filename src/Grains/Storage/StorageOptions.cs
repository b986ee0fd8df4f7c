using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Grains.Storage;

/// <summary>Where the factory's state is kept.</summary>
public sealed class StorageOptions
{
    /// <summary>sqlite (one file, one host) or postgresql (a cluster). Default sqlite.</summary>
    [RegularExpression("^(sqlite|postgresql)$", ErrorMessage = "Storage:Provider is sqlite or postgresql.")]
    public string Provider { get; set; } = "sqlite";

    /// <summary>Connection string for postgresql; for sqlite left empty, the file lies in the data folder.</summary>
    public string ConnectionString { get; set; } = "";
}
