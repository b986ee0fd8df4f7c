using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Tests;

[Collection("devices")]
public sealed class FaultTests
{
    [SkippableTheory]
    [InlineData("illegal-address", "cuda-700", "CUDA_ERROR_ILLEGAL_ADDRESS", true, false)]
    [InlineData("launch-timeout", "cuda-702", "CUDA_ERROR_LAUNCH_TIMEOUT", true, false)]
    [InlineData("ecc", "cuda-214", "CUDA_ERROR_ECC_UNCORRECTABLE", true, true)]
    [InlineData("device-lost", "cuda-46", "CUDA_ERROR_DEVICE_UNAVAILABLE", true, true)]
    [InlineData("out-of-memory", "cuda-2", "CUDA_ERROR_OUT_OF_MEMORY", false, false)]
    public async Task A_fault_of_the_driver_keeps_its_code(string fault, string code, string name, bool sticky, bool failed)
    {
        using var device = TestDevices.OpenDouble("cuda:0");
        TestDevices.OrderFault(fault);
        var thrown = await Assert.ThrowsAsync<DeviceFaultException>(() => KernelTests.Run(device, "triad", "n=100"));
        Assert.Equal(code, thrown.ErrorCode);
        Assert.Equal(name, thrown.Name);
        Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(sticky, thrown.IsSticky);
        Assert.Equal(failed, thrown.IsDeviceFailure);
    }

    [SkippableFact]
    public async Task A_sticky_fault_stays_until_the_device_is_closed()
    {
        using (var device = TestDevices.OpenDouble("cuda:0"))
        {
            TestDevices.OrderFault("illegal-address");
            await Assert.ThrowsAsync<DeviceFaultException>(() => KernelTests.Run(device, "triad", "n=100"));
            var again = await Assert.ThrowsAsync<DeviceFaultException>(() => KernelTests.Run(device, "triad", "n=100"));
            Assert.Equal(700, again.Code);
        }
        Assert.Null((await KernelTests.Run("cuda:0", "triad", "n=100")).Mistake);
    }

    [SkippableFact]
    public async Task A_kernel_that_writes_outside_its_buffer_is_an_illegal_address()
    {
        using var device = TestDevices.OpenDouble("cuda:0");
        using var buffer = device.Allocate(4096);
        var launch = new KernelLaunch("factory_wild_write", 1, 1, 32, [KernelArgument.Of(buffer), KernelArgument.Of(1024L)]);
        var thrown = await Assert.ThrowsAsync<DeviceFaultException>(() => device.RunAsync([launch], default));
        Assert.Equal(700, thrown.Code);
    }

    [SkippableFact]
    public async Task A_bad_word_is_told_with_its_place_and_what_stood_there()
    {
        using var device = TestDevices.OpenDouble("cuda:0");
        TestDevices.OrderFault("bit-flip"); // In the middle of memory, behind the first pattern's writing.
        var result = await KernelTests.Run(device, "memory-pattern", "bytes=65536,walks=0");
        Assert.Equal(
            "1 words differ under \"address in address\", the first at byte 32768: expected 0x00002000, found 0x00002040; bits 0x00000040 ever differed; "
            + "1 words differ under \"address in address\" inverted, the first at byte 32768: expected 0xffffdfff, found 0xffffdfbf; bits 0x00000040 ever differed",
            result.Mistake);
    }

    [SkippableFact]
    public async Task A_burn_tells_which_product_differed()
    {
        using var device = TestDevices.OpenDouble("cuda:0");
        TestDevices.OrderFault("bit-flip"); // In a factor, behind the first product.
        var result = await KernelTests.Run(device, "burn", "n=40,rounds=3");
        Assert.Matches(
            "^3 of 3 products differ from the first one; in product 2 [0-9]+ words differ from it, the first at byte 3[23][0-9]{2}: "
            + "expected 0x[0-9a-f]{8}, found 0x[0-9a-f]{8}; bits 0x[0-9a-f]{8} ever differed$",
            result.Mistake);
    }

    // Disposed in the same breath in which work over it is submitted: the memory goes when the work has ended.
    [SkippableTheory]
    [InlineData("cpu:0")]
    [InlineData("cpu-fibres:0")]
    [InlineData("cuda:0")]
    public async Task A_buffer_outlives_the_work_that_was_submitted_over_it(string id)
    {
        using var device = TestDevices.Open(id);
        var buffer = device.Allocate(1 << 20);
        var write = new KernelLaunch("factory_pattern_write", 16, 1, 256, [KernelArgument.Of(buffer), KernelArgument.Of(1L << 18), 0, 0, 0, 0]);
        var runs = Enumerable.Range(0, 4).Select(_ => device.RunAsync([write], default)).ToList();
        buffer.Dispose();
        Assert.All(await Task.WhenAll(runs), seconds => Assert.True(seconds >= 0));
    }

    [SkippableFact]
    public async Task A_hung_kernel_ends_with_its_device()
    {
        var device = TestDevices.OpenDouble("cuda:0");
        TestDevices.OrderFault("hang");
        using var buffer = device.Allocate(4096);
        var run = device.RunAsync([new("factory_wild_write", 1, 1, 32, [KernelArgument.Of(buffer), KernelArgument.Of(0L)])], default);
        await TestDevices.FaultStruckAsync();
        Assert.False(run.IsCompleted);
        buffer.Dispose();
        device.Dispose();
        var thrown = await Assert.ThrowsAsync<DeviceFaultException>(() => run);
        Assert.Equal("stopped", thrown.ErrorCode);
    }

    [SkippableTheory]
    [InlineData("cpu-fibres:0", "divergent-barrier")]
    [InlineData("cpu:0", "divergent-barrier")]
    [InlineData("cuda:0", "cuda-702")]
    public async Task A_barrier_that_half_the_block_takes_is_reported(string id, string code)
    {
        using var device = TestDevices.OpenDouble(id);
        using var buffer = device.Allocate(4096);
        KernelLaunch Launch(int diverge) => new("factory_uneven_barrier", 1, 1, 64, [KernelArgument.Of(buffer), KernelArgument.Of(diverge)]);
        Assert.True(await device.RunAsync([Launch(0)], default) >= 0);
        var thrown = await Assert.ThrowsAsync<DeviceFaultException>(() => device.RunAsync([Launch(1)], default));
        Assert.Equal(code, thrown.ErrorCode);
    }

    [SkippableTheory]
    [InlineData("cpu:0")]
    [InlineData("cuda:0")]
    public async Task A_launch_that_makes_no_sense_is_refused(string id)
    {
        using var device = TestDevices.Open(id);
        await Assert.ThrowsAsync<DeviceFaultException>(() => device.RunAsync([new("no_such_kernel", 1, 1, 1, [])], default));
        await Assert.ThrowsAsync<DeviceFaultException>(() => device.RunAsync([new("factory_triad", 1, 1, 2048, [0])], default));
        var few = await Assert.ThrowsAsync<DeviceFaultException>(() => device.RunAsync([new("factory_triad", 1, 1, 32, [0])], default));
        Assert.Equal(("bad-parameter", "factory_triad takes 5 arguments, not 1"), (few.ErrorCode, few.Message));
        using var buffer = device.Allocate(16);
        Assert.Throws<DeviceFaultException>(() => buffer.Upload(8, new byte[16]));
        Assert.Throws<DeviceFaultException>(() => buffer.Download(long.MaxValue, new byte[1]));
    }
}
