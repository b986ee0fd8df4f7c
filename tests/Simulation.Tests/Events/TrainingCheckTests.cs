using ControlPlane.Simulation.Events;

namespace ControlPlane.Simulation.Tests.Events;

/// <summary>16,384 GPUs under the published failures: the twin against the closed form.</summary>
public sealed class TrainingCheckTests
{
    [Theory]
    [InlineData(60)]
    [InlineData(5)]
    public void The_closed_form_lies_in_the_band_of_the_twin(double checkpointSeconds)
    {
        var check = TrainingCheck.Llama3(checkpointSeconds);
        var band = check.Run();
        Assert.True(band.Holds(check.ClosedForm), $"{band.Mean} +- {band.Margin}, closed form {check.ClosedForm}");
        // Tight enough to tell one checkpoint cost from the other, and a doubled failure rate from the published one.
        Assert.InRange(band.Margin, 1e-6, 0.005);
        Assert.False(band.Holds((check with { CheckpointSeconds = 65 - checkpointSeconds }).ClosedForm));
        Assert.False(band.Holds((check with { Rate = Facility.Reliability.FailureRate.FromPerNodeDay(check.Rate.PerNodeDay * 2) }).ClosedForm));
    }

    [Fact]
    public void Refuses_what_it_cannot_check() =>
        Assert.Throws<ArgumentException>(() => (TrainingCheck.Llama3(60) with { Seeds = 1 }).Run());
}
