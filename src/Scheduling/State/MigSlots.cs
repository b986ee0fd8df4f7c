using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>Memory slices of one GPU as bits, and where instances still fit among them.</summary>
internal static class MigSlots
{
    /// <summary>The slices of an instance.</summary>
    public static int Mask(int start, int slices) => ((1 << slices) - 1) << start;

    /// <summary>How many more instances of the profile fit beside the slices in use.</summary>
    public static int Times(MigProfile profile, int used)
    {
        // All are equally long, so taking the lowest position first is as good as any other order.
        var times = 0;
        foreach (var start in profile.Starts.Items)
        {
            var mask = Mask(start, profile.MemorySlices);
            if ((used & mask) != 0)
                continue;
            used |= mask;
            times++;
        }
        return times;
    }

    /// <summary>
    /// The position that leaves the most room for other instances, each counted by its memory slices; of equals the
    /// highest, because the largest instances begin at the lowest slice. -1 when none is free.
    /// </summary>
    public static int Best(MigGeometry geometry, MigProfile profile, int used)
    {
        var (best, most) = (-1, -1);
        foreach (var start in profile.Starts.Items)
        {
            var mask = Mask(start, profile.MemorySlices);
            if ((used & mask) != 0)
                continue;
            var left = Left(geometry, used | mask);
            if (left >= most)
                (best, most) = (start, left);
        }
        return best;
    }

    /// <summary>Every position of every instance that is still free, counted by memory slices.</summary>
    public static int Left(MigGeometry geometry, int used)
    {
        var left = 0;
        foreach (var profile in geometry.Profiles.Items)
        {
            foreach (var start in profile.Starts.Items)
            {
                if ((used & Mask(start, profile.MemorySlices)) == 0)
                    left += profile.MemorySlices;
            }
        }
        return left;
    }
}
