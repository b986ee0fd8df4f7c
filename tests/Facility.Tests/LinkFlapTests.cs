using ControlPlane.Facility.Network;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class LinkFlapTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly FlapRule Rule = new(3, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(60));

    [Fact]
    public void A_third_fall_within_the_window_holds_a_link_back_until_it_has_been_steady()
    {
        var link = new LinkFlaps();
        foreach (var (second, up) in ((int, bool)[])[(0, false), (10, true), (100, false), (110, true)])
            link = link.Read(up, Start.AddSeconds(second), Rule);
        Assert.False(link.IsHeld);
        link = link.Read(false, Start.AddSeconds(200), Rule);
        Assert.True(link is { IsHeld: true, IsDown: true });
        for (var second = 210; second < 510; second += 30)
            Assert.True((link = link.Read(true, Start.AddSeconds(second), Rule)) is { IsHeld: true, IsDown: false });
        Assert.False(link.Read(true, Start.AddSeconds(510), Rule).IsHeld);
    }

    [Fact]
    public void Falls_long_ago_do_not_count_and_a_link_that_stays_down_fell_once()
    {
        var link = new LinkFlaps();
        foreach (var minute in (int[])[0, 6, 12, 18])
            link = link.Read(false, Start.AddMinutes(minute), Rule).Read(false, Start.AddMinutes(minute).AddSeconds(1), Rule).Read(true, Start.AddMinutes(minute).AddSeconds(2), Rule);
        Assert.False(link.IsHeld);
        Assert.Equal(2, link.Falls.Count);
    }

    [Fact]
    public void A_gap_in_the_readings_begins_steadiness_anew_and_whoever_vouches_ends_a_hold()
    {
        var held = new LinkFlaps { IsHeld = true, Falls = [Start], ReadAt = Start };
        var link = held.Read(true, Start.AddSeconds(30), Rule).Read(true, Start.AddMinutes(10), Rule);
        Assert.True(link.IsHeld);
        Assert.Equal(Start.AddMinutes(10), link.SteadySince);
        Assert.True(held.PutBack() is { IsHeld: false, Falls.Count: 0 });
    }

    /// <summary>Whatever is read: a hold begins only with a fall that is the last of enough in a window, and ends only after steady readings.</summary>
    [Fact]
    public void A_hold_begins_and_ends_only_for_its_reasons() => Gen.Select(Gen.Int[1, 200], Gen.Bool).Array[0, 60].Sample(readings =>
    {
        var (link, now, falls) = (new LinkFlaps(), Start, new List<DateTimeOffset>());
        foreach (var (seconds, up) in readings)
        {
            now = now.AddSeconds(seconds);
            if (!up && !link.IsDown)
                falls.Add(now);
            var next = link.Read(up, now, Rule);
            if (next.IsHeld && !link.IsHeld)
                Assert.True(!up && falls.Count(fall => fall > now - Rule.Window) >= Rule.Falls);
            if (link.IsHeld && !next.IsHeld)
                Assert.True(up && now - next.SteadySince >= Rule.Steady && falls.All(fall => fall <= next.SteadySince));
            link = next;
        }
    });
}
