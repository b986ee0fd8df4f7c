using Orleans;

namespace ControlPlane.Domain.Manifests;

/// <summary>One thing wrong with a manifest: where it is, what it is and what would be right.</summary>
/// <param name="File">The file, or <c>-</c> for standard input.</param>
/// <param name="Line">Line, from 1; 0 when the error belongs to no line.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Field">The field's path, such as <c>Rack gb200: spec.powerDomain</c>.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Expected">What would be right.</param>
[GenerateSerializer, Immutable, Alias("ManifestError")]
public sealed record ManifestError(
    [property: Id(0)] string File,
    [property: Id(1)] int Line,
    [property: Id(2)] int Column,
    [property: Id(3)] string Field,
    [property: Id(4)] string Problem,
    [property: Id(5)] string Expected)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        var field = Field.Length > 0 ? $" {Field}:" : "";
        return Expected.Length > 0 ? $"{place}:{field} {Problem}; {Expected}" : $"{place}:{field} {Problem}";
    }
}
