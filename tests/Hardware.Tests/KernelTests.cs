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
        ("sgemm", "m=33,n=70,k=17,batch=3"),
        ("sgemm-nt", "m=67,n=70,k=133"),
        ("sgemm-nt", "m=3,n=1,k=5,batch=2"),
        ("sgemm-tn", "m=67,n=70,k=133"),
        ("sgemm-tn", "m=1,n=9,k=2,batch=2"),
        ("bf16-gemm", "m=67,n=35,k=19,tensor=0"),
        ("bf16-gemm", "m=16,n=8,k=16,batch=2,tensor=0"),
        ("bf16-gemm-nt", "m=33,n=70,k=133,tensor=0"),
        ("bf16-gemm-tn", "m=70,n=33,k=133,tensor=0"),
        ("copy", "n=20000"),
        ("scale", "n=20000"),
        ("add", "n=20000"),
        ("multiply", "n=16384"),
        ("triad", "n=40000"),
        ("triad", "n=1"),
        ("axpy", "n=16385"),
        ("gelu", "n=5000"),
        ("gelu-backward", "n=5000"),
        ("silu", "n=5000"),
        ("silu-backward", "n=5000"),
        ("bfloat16", "n=20001"),
        ("reduction", "n=50001"),
        ("reduction", "n=3"),
        ("max", "n=50001"),
        ("max", "n=1"),
        ("argmax", "n=50001"),
        ("argmax", "n=2"),
        ("dot", "n=20003"),
        ("norm", "n=20003"),
        ("softmax", "rows=5,cols=300"),
        ("softmax", "rows=2,cols=1"),
        ("softmax-backward", "rows=5,cols=300"),
        ("softmax-backward", "rows=1,cols=1"),
        ("cross-entropy", "rows=5,cols=301"),
        ("cross-entropy", "rows=3,cols=1"),
        ("cross-entropy-backward", "rows=5,cols=301"),
        ("layer-norm", "rows=5,cols=301"),
        ("layer-norm", "rows=1,cols=2"),
        ("layer-norm-backward", "rows=259,cols=131"),
        ("layer-norm-backward", "rows=3,cols=2"),
        ("rms-norm", "rows=5,cols=301"),
        ("rms-norm-backward", "rows=259,cols=131"),
        ("embedding", "tokens=9,vocabulary=5,dim=130"),
        ("embedding-backward", "tokens=40,vocabulary=7,dim=130"),
        ("embedding-backward", "tokens=1,vocabulary=1,dim=1"),
        ("adamw", "n=16400,step=1"),
        ("adamw", "n=100,step=100000"),
        ("prefill-attention", "heads=2,tokens=150,dim=40"),
        ("prefill-attention", "heads=4,tokens=33,dim=256,group=2"),
        ("prefill-attention", "heads=1,tokens=1,dim=1"),
        ("prefill-attention-backward", "heads=2,tokens=140,dim=24"),
        ("prefill-attention-backward", "heads=4,tokens=9,dim=200,group=2"),
        ("prefill-attention-backward", "heads=1,tokens=1,dim=1"),
        ("decode-attention", "heads=3,tokens=150,dim=40"),
        ("decode-attention", "heads=1,tokens=1,dim=1"),
        ("decode-attention", "heads=6,tokens=50,dim=24,group=3"),
        ("memory-pattern", "bytes=80004,walks=3"),
        ("memory-pattern", "bytes=4,walks=32"),
        ("burn", "n=70,rounds=2"),
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
    public void Every_kernel_is_among_the_shapes() =>
        Assert.Empty(KernelCatalogue.Kernels.Select(kernel => kernel.Name).Except(Shapes.Select(shape => shape.Kernel)));

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
        using var device = TestDevices.OpenDouble("cuda:0");
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
