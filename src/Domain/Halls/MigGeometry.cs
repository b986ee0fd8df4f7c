using Orleans;

namespace ControlPlane.Domain.Halls;

/// <summary>
/// How a GPU model can be cut into instances that hardware keeps apart (MIG). An instance holds memory slices that lie
/// side by side, and begins only at some of them; the positions also keep within the compute slices.
/// </summary>
/// <param name="MemorySlices">Memory slices of the whole GPU, 1 to 8; divides 1000.</param>
/// <param name="Profiles">The kinds of instances.</param>
[GenerateSerializer, Immutable, Alias("MigGeometry")]
public sealed record MigGeometry([property: Id(0)] int MemorySlices, [property: Id(1)] ValueList<MigProfile> Profiles)
{
    /// <summary>The profile of that name, or null.</summary>
    public MigProfile? Find(string name)
    {
        foreach (var profile in Profiles.Items)
        {
            if (profile.Name == name)
                return profile;
        }
        return null;
    }

    /// <summary>What an instance counts as of a GPU, in thousandths: its part of the memory slices.</summary>
    public int MilliOf(MigProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return profile.MemorySlices * 1000 / MemorySlices;
    }
}

/// <summary>One kind of MIG instance.</summary>
/// <param name="Name">Its name, such as <c>2g.20gb</c>: compute slices and memory.</param>
/// <param name="ComputeSlices">Compute slices it holds.</param>
/// <param name="MemorySlices">Memory slices it holds, side by side.</param>
/// <param name="Starts">Memory slices at which it may begin, ascending, from 0.</param>
[GenerateSerializer, Immutable, Alias("MigProfile")]
public sealed record MigProfile(
    [property: Id(0)] string Name,
    [property: Id(1)] int ComputeSlices,
    [property: Id(2)] int MemorySlices,
    [property: Id(3)] ValueList<int> Starts);
