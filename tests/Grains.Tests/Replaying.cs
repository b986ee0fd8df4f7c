using ControlPlane.Domain;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Every decision of a hall, derived again.</summary>
internal static class Replaying
{
    /// <summary>Fails unless each comes out as it was recorded.</summary>
    public static async Task AllDecisionsComeOutTheSame(this TestFactory factory)
    {
        var last = (await factory.HallAsync()).Sequence;
        for (var sequence = 1L; sequence <= last; sequence++)
        {
            var replayed = await factory.Grains.Decisions(new HallId("hall-a")).Replay(sequence);
            Assert.True(replayed!.Same, $"{sequence}: {replayed.Kind} {replayed.Recorded} | {replayed.Derived}");
        }
    }
}
