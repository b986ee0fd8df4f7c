using ControlPlane.Simulation.Results;
using ControlPlane.Simulation.Serving;
using CsCheck;

namespace ControlPlane.Simulation.Tests;

public sealed class ServingTests
{
    private static readonly ServingModel Simple = new("simple", 8, 1000, 0.010, 0.001, 4, "a test");

    [Fact]
    public void One_request_is_read_and_then_written_token_by_token()
    {
        // 500 tokens at 1,000 a second; the first token comes with the reading, nine more at 11 ms.
        var profile = Play(1, (0, 500, 10));
        Assert.Equal(0.5, profile.First.Percentile(0.5), 0.006);
        Assert.Equal(0.599, profile.Whole.Percentile(0.5), 0.007);
        Assert.Equal(0.011, profile.PerToken.Percentile(0.5), 0.0002);
    }

    [Fact]
    public void Requests_share_steps_and_wait_when_the_batch_is_full()
    {
        // Five at once of one token to read: four write together at 14 ms a step; the fifth follows at 11 ms.
        var profile = Play(1, [.. Enumerable.Repeat((0.0, 1, 101), 5)]);
        Assert.Equal(0.004 + (100 * 0.014), profile.Whole.Percentile(0.8), 0.02);
        Assert.Equal(0.004 + (100 * 0.014) + 0.001 + (100 * 0.011), profile.Whole.Percentile(1), 0.03);
        Assert.Equal(5 * 101, profile.WrittenTokens);
    }

    [Fact]
    public void The_default_model_makes_the_published_offline_rate_of_as_many_tokens_in_as_out()
    {
        var model = ServingModel.Llama70;
        var perToken = (1 / model.ReadTokensPerSecond) + (1 / model.MostTokensPerSecond);
        Assert.Equal(31_302.7, 1 / perToken, 0.1);
    }

    [Fact]
    public void All_tokens_are_written_once_and_no_replica_works_more_than_all_the_time() =>
        Gen.Select(Gen.Select(Gen.Double[0, 50], Gen.Int[0, 3000], Gen.Int[0, 300]).Array[1, 60], Gen.Int[1, 4]).Sample(
            (requests, replicas) =>
            {
                var profile = Play(replicas, [.. requests.OrderBy(request => request.Item1)]);
                Assert.Equal(requests.Sum(request => request.Item3), profile.WrittenTokens);
                Assert.Equal(requests.Length, profile.Requests);
                Assert.Equal(requests.Length, profile.Whole.Count);
                Assert.InRange(profile.ReadingShare + profile.WritingShare, 0, 1 + 1e-9);
                Assert.InRange(profile.MeanBatch, 0, Simple.MostBatch);
                Assert.True(profile.First.Percentile(1) <= profile.Whole.Percentile(1));
                Assert.InRange(profile.DrawShare, 137 / 700.0, 1);
            },
            iter: 200);

    [Fact]
    public void More_replicas_never_take_longer_to_the_first_token_when_all_are_busy()
    {
        (double, int, int)[] requests = [.. Enumerable.Range(0, 200).Select(number => (number * 0.2, 400, 50))];
        var (few, many) = (Play(1, requests), Play(4, requests));
        Assert.True(few.Load > 1 && many.Load < few.Load / 3.9);
        Assert.True(few.First.Percentile(0.9) > 10 * many.First.Percentile(0.9));
    }

    [Fact]
    public void A_table_is_written_so_that_it_can_be_read_back()
    {
        var table = ResultTable.Of("t", new[] { (1L, 0.1, "a,\"b\""), (2L, 1e-300, "c") }, ("n", row => row.Item1), ("x", row => row.Item2), ("s", row => row.Item3));
        var written = new StringWriter();
        table.WriteCsv(written);
        Assert.Equal("n,x,s\n1,0.1,\"a,\"\"b\"\"\"\n2,1E-300,c\n", written.ToString());
        Assert.Throws<ArgumentException>(() => ResultTable.Of("t", new[] { 1 }, ("n", row => row)));
    }

    private static ServingProfile Play(int replicas, params (double At, int Read, int Written)[] requests) => ServingProfile.Of(
        new ServicePlan("s", replicas, Simple, [.. requests.Select(request => new LlmRequest(TimeSpan.FromSeconds(request.At), request.Read, request.Written))]), replicas);
}
