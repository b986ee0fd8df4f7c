using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Tests;

/// <summary>The path on tensor cores; the double interprets the instruction.</summary>
[Collection("devices")]
public sealed class TensorTests
{
    [SkippableTheory]
    [InlineData("bf16-gemm", "m=64,n=64,k=32")]
    [InlineData("bf16-gemm", "m=67,n=35,k=19")]
    [InlineData("bf16-gemm", "m=1,n=1,k=1,batch=3")]
    [InlineData("bf16-gemm-nt", "m=130,n=70,k=133")]
    [InlineData("bf16-gemm-tn", "m=70,n=130,k=17,batch=2")]
    public async Task A_product_on_tensor_cores_is_right(string kernel, string sizes)
    {
        using var device = TestDevices.Open("cuda:0");
        Skip.If(device.Description.Capability < 80, "this GPU has no tensor cores for bfloat16");
        Assert.EndsWith("_tensor", KernelOf(device, kernel, sizes), StringComparison.Ordinal);
        Assert.Null((await KernelTests.Run(device, kernel, sizes)).Mistake);
    }

    // Rows of a single one pick out columns: every element of the fragments has a place of its own.
    [SkippableFact]
    public async Task Every_element_of_a_tile_is_where_it_belongs()
    {
        var ones = new ushort[64 * 64];
        var numbers = new ushort[64 * 64];
        for (var i = 0; i < 64; i++)
        {
            ones[i * 64 + (i * 5 + 3) % 64] = Bfloat16.Of(1);
            for (var j = 0; j < 64; j++)
                numbers[i * 64 + j] = Bfloat16.Of((i * 64 + j) % 251 - 125);
        }
        ulong[] shape = [64, 64, 64, 0, 0, 0];
        var product = await KernelOutputs.Launch<float>(
            "cuda:0", "factory_bf16_gemm_tensor", 1, 128, [KernelOutputs.Bytes(ones), KernelOutputs.Bytes(numbers), new byte[4 * 64 * 64]], 2, shape);
        for (var i = 0; i < 64; i++)
        {
            for (var j = 0; j < 64; j++)
                Assert.Equal(Bfloat16.Widened(numbers[(i * 5 + 3) % 64 * 64 + j]), product[i * 64 + j]);
        }
    }

    [SkippableTheory]
    [InlineData("75", "tensor=1", false)]
    [InlineData("80", "tensor=0", false)]
    [InlineData("80", "tensor=1", true)]
    [InlineData("90", "tensor=1", true)]
    public void The_device_decides_at_run_time(string capability, string sizes, bool tensor)
    {
        TestDevices.SetNative("FACTORY_DOUBLE_CAPABILITY", capability);
        try
        {
            using var device = TestDevices.OpenDouble("cuda:0");
            Assert.Equal(tensor ? "factory_bf16_gemm_tensor" : "factory_bf16_gemm", KernelOf(device, "bf16-gemm", sizes));
        }
        finally
        {
            TestDevices.SetNative("FACTORY_DOUBLE_CAPABILITY", "80");
        }
    }

    [SkippableFact]
    public void A_processor_has_no_tensor_cores()
    {
        using var device = TestDevices.Open("cpu:0");
        Assert.Equal(0, device.Description.Capability);
        Assert.Equal("factory_bf16_gemm", KernelOf(device, "bf16-gemm", ""));
    }

    private static string KernelOf(IComputeDevice device, string kernel, string sizes)
    {
        using var buffer = device.Allocate(4);
        var program = KernelCatalogue.ProgramOf(kernel)!;
        var given = KernelCatalogue.SizesOf(program, KernelTests.Sizes(sizes));
        return Assert.Single(program.LaunchesOn(device.Description, given, 1, [buffer, buffer, buffer])).Kernel;
    }
}
