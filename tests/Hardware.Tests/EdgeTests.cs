using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>Values and sizes that the kernels' own data never has.</summary>
[Collection("devices")]
public sealed class EdgeTests
{
    public static TheoryData<string> Devices() => new(TestDevices.All);

    [SkippableTheory]
    [MemberData(nameof(Devices))]
    public async Task Rounding_to_bfloat16_is_to_nearest_with_ties_to_even(string device)
    {
        (float Value, ushort Rounded)[] cases =
        [
            (1f, 0x3f80), (-1f, 0xbf80), (0f, 0), (-0f, 0x8000),
            (Bits(0x3f808000), 0x3f80), // halfway, the lower one even
            (Bits(0x3f818000), 0x3f82), // halfway, the upper one even
            (Bits(0x3f808001), 0x3f81), (Bits(0x3f807fff), 0x3f80),
            (float.MaxValue, 0x7f80), (float.NegativeInfinity, 0xff80),
            (Bits(0x00000001), 0), (Bits(0x00018000), 2), // below the normal numbers
            (Bits(0x7f800001), 0x7fc0), (Bits(0xffffffff), 0xffff), // a NaN with its payload in the lower half, and a full one
        ];
        var rounded = await KernelOutputs.Launch<ushort>(
            device, "factory_bfloat16", 1, 32,
            [new byte[2 * cases.Length], KernelOutputs.Bytes([.. cases.Select(pair => pair.Value)])], 0, KernelArgument.Of((long)cases.Length));
        Assert.Equal(cases.Select(pair => pair.Rounded), rounded);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices))]
    public async Task Logits_that_would_overflow_have_a_loss_and_padding_has_none(string device)
    {
        float[] logits = [1e30f, -1e30f, 0f, 100f, 100f, 100f, 3f, 2f, 1f];
        Task<float[]> Losses(params int[] targets) => KernelOutputs.Launch<float>(
            device, "factory_cross_entropy", 3, 128, [KernelOutputs.Bytes(logits), KernelOutputs.Bytes(targets), new byte[12]], 2, KernelArgument.Of(3));
        var losses = await Losses(0, 1, -100);
        Assert.Equal(0f, losses[0]);
        Assert.Equal(Math.Log(3), losses[1], 6);
        Assert.Equal(0f, losses[2]);
        Assert.Equal(2 + Math.Log(1 + Math.Exp(-1) + Math.Exp(-2)), (await Losses(0, 1, 2))[2], 6);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices))]
    public async Task A_token_outside_the_vocabulary_reads_and_writes_nothing(string device)
    {
        var rows = await KernelOutputs.Launch<float>(
            device, "factory_embedding", 3, 128,
            [KernelOutputs.Bytes(1f, 2f, 3f, 4f), KernelOutputs.Bytes(1, -1, 2), KernelOutputs.Bytes(9f, 9f, 9f, 9f, 9f, 9f)], 2,
            KernelArgument.Of(2), KernelArgument.Of(2));
        Assert.Equal([3f, 4f, 0f, 0f, 0f, 0f], rows);
        var gradient = await KernelOutputs.Launch<float>(
            device, "factory_embedding_backward", 3, 128,
            [KernelOutputs.Bytes(1f, 2f, 3f, 4f, 5f, 6f), KernelOutputs.Bytes(1, -1, 2), new byte[16]], 2,
            KernelArgument.Of(3), KernelArgument.Of(2), KernelArgument.Of(2));
        Assert.Equal([0f, 0f, 1f, 2f], gradient);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices))]
    public async Task Of_equal_largest_values_the_first_is_found(string device)
    {
        var values = new float[40_000];
        values[17_000] = values[17_001] = values[39_999] = 2f;
        var places = await KernelOutputs.Launch<int>(
            device, "factory_place_of_largest", 3, 256, [KernelOutputs.Bytes(values), KernelOutputs.Bytes([.. Enumerable.Range(0, values.Length)]), new byte[12], new byte[12]], 3, [(ulong)values.Length]);
        Assert.Equal([0, 17_000, 39_999], places);
        var place = await KernelOutputs.Launch<int>(
            device, "factory_place_of_largest", 1, 256,
            [KernelOutputs.Bytes(0f, 2f, 2f), KernelOutputs.Bytes(places), new byte[4], new byte[4]], 3, [3]);
        Assert.Equal([17_000], place);
    }

    [Fact]
    public void Sums_of_patterns_are_what_adding_up_gives() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 31], Gen.Bool, Gen.Int[1, 300]).Sample((number, shift, inverted, words) =>
        {
            var pattern = new MemoryPattern("", number, shift);
            var sum = Enumerable.Range(0, words).Aggregate(0u, (total, i) => total + pattern.Word((ulong)i, inverted, 1));
            Assert.Equal(sum, pattern.Sum(words, inverted, 1));
        });

    private static float Bits(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
