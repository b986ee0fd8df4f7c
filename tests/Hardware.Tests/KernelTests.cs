using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Tests;

[Collection("devices")]
public sealed class KernelTests
{
    // Edges that do not divide tiles, chunks or warps, and the smallest sizes.
    private static readonly (string Kernel, string Sizes)[] Shapes =
    [
        ("sgemm", "m=64,n=64,k=32"),
        ("sgemm", "m=67,n=35,k=19"),
        ("sgemm", "m=1,n=1,k=1"),
        ("sgemm", "m=5,n=130,k=300"),
        ("triad", "n=40000"),
        ("triad", "n=1"),
        ("reduction", "n=50001"),
        ("reduction", "n=3"),
        ("softmax", "rows=5,cols=300"),
        ("softmax", "rows=2,cols=1"),
        ("decode-attention", "heads=3,tokens=150,dim=40"),
        ("decode-attention", "heads=1,tokens=1,dim=1"),
        ("memory-pattern", "bytes=80004"),
    ];

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var (kernel, sizes) in Shapes)
        {
            foreach (var device in TestDevices.All)
                cases.Add(kernel, sizes, device);
        }
        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Every_device_computes_what_the_reference_computes(string kernel, string sizes, string device)
    {
        var result = await Run(device, kernel, sizes);
        Assert.Null(result.Mistake);
        Assert.True(result.Checked);
        Assert.True(result.MaxRelativeError < 1e-4);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Every_device_agrees_with_the_managed_one_to_the_bit(string kernel, string sizes, string device)
    {
        var expected = await Run("managed:0", kernel, sizes);
        var actual = await Run(device, kernel, sizes);
        Assert.Equal(expected.Checksum, actual.Checksum);
    }

    [Fact]
    public async Task Another_seed_gives_other_data()
    {
        var one = await Run("managed:0", "triad", "n=100", seed: 1);
        var two = await Run("managed:0", "triad", "n=100", seed: 2);
        Assert.NotEqual(one.Checksum, two.Checksum);
    }

    [SkippableTheory]
    [InlineData("cpu:0")]
    [InlineData("cuda:0")]
    public async Task Repetitions_of_a_totalling_kernel_do_not_add_up(string device)
    {
        var once = await Run(device, "memory-pattern", "bytes=4096");
        var thrice = await Run(device, "memory-pattern", "bytes=4096", repetitions: 3);
        Assert.Equal(once.Checksum, thrice.Checksum);
        Assert.Equal(3, thrice.Repetitions);
    }

    [SkippableTheory]
    [InlineData("memory-pattern", "bytes=65536")]
    [InlineData("triad", "n=4096")]
    public async Task A_flipped_bit_is_a_mistake(string kernel, string sizes)
    {
        using var device = TestDevices.Open("cuda:0");
        TestDevices.OrderFault("bit-flip");
        var result = await Run(device, kernel, sizes);
        Assert.NotNull(result.Mistake);
    }

    internal static async Task<KernelResult> Run(string device, string kernel, string sizes, int repetitions = 1, ulong seed = 7)
    {
        using var opened = TestDevices.Open(device);
        return await Run(opened, kernel, sizes, repetitions, seed);
    }

    internal static Task<KernelResult> Run(IComputeDevice device, string kernel, string sizes, int repetitions = 1, ulong seed = 7) =>
        KernelRun.RunAsync(device, new(kernel, Sizes(sizes), repetitions, Check: true, seed), null, CancellationToken.None);

    internal static Dictionary<string, long> Sizes(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => long.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture));
}
