using ControlPlane.Domain.Units;
using ControlPlane.Facility.Economics;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class EconomicsTests
{
    [Fact]
    public void Price_and_rate_keep_their_identity() =>
        Gen.Select(Gen.Double[0.01, 100], Gen.Double[0.1, 1e6]).Sample((dollars, rate) =>
            Math.Abs(TokenCost.DollarsPerGpuHour(TokenCost.DollarsPerMillion(dollars, rate), rate) / dollars - 1) < 1e-9
            && Math.Abs(TokenCost.TokensPerSecondFor(dollars, TokenCost.DollarsPerMillion(dollars, rate)) / rate - 1) < 1e-9);

    [Fact]
    public void Joules_per_token_and_tokens_per_joule_are_inverse() =>
        Gen.Select(Gen.Double[1, 1e6], Gen.Double[0.1, 1e6]).Sample((watts, rate) =>
            Math.Abs(TokenEnergy.JoulesPerToken(watts, rate) * TokenEnergy.TokensPerJoule(watts, rate) - 1) < 1e-9);

    [Fact]
    public void Most_of_a_gpu_hour_is_equipment()
    {
        var hour = new GpuHour(50_000, 4, Watts.FromKilowatts(1.3), 1.3, 0.083);
        Assert.Equal(1.567, hour.Total, 3);
        Assert.Equal(0.91, hour.CapitalShare, 2);
        Assert.Equal(0.139, TokenCost.DollarsPerMillion(hour.Total, 31302.7 / 8, 0.8), 3);
    }

    [Theory]
    [InlineData("h200", 3912.8, 0.1001)]
    [InlineData("b200", 11264.4, 0.0481)]
    public void A_million_tokens_cost_what_the_listed_prices_say(string gpu, double rate, double dollars) =>
        Assert.Equal(dollars, TokenCost.DollarsPerMillion(GpuPrice.Find(gpu)!.Hyperscaler, rate), 4);

    [Fact]
    public void Refuses_figures_that_cannot_be()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenEnergy.JoulesPerToken(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenCost.DollarsPerMillion(1, 1, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GpuHour(1, 0, Watts.Zero, 1.3, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GpuHour(1, 1, Watts.Zero, 0.9, 0.1));
    }
}
