using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Tests;

[Collection("devices")]
public sealed class CatalogueTests
{
    [Fact]
    public void Every_kernel_is_valid_with_its_defaults() => Assert.All(KernelCatalogue.Kernels, kernel =>
    {
        Assert.Empty(KernelCatalogue.Validate(kernel.Name, new Dictionary<string, long>(), 1));
        Assert.True(KernelCatalogue.RequiredBytes(kernel.Name, new Dictionary<string, long>()) > 0);
        Assert.True(KernelCatalogue.WorkPerRepetition(kernel.Name, new Dictionary<string, long>()) > 0);
    });

    [Theory]
    [InlineData("gemm", "", 1, "name", "There is no kernel \"gemm\"; there are sgemm, sgemm-nt")]
    [InlineData("sgemm", "m=0", 1, "sizes.m", "must be from 1 to 16384; the default is 512")]
    [InlineData("sgemm", "q=3", 1, "sizes.q", "it has m, n, k, batch")]
    [InlineData("memory-pattern", "bytes=10", 1, "sizes.bytes", "multiple of 4; 8 would do")]
    [InlineData("triad", "", 0, "repetitions", "from 1 to 100000")]
    [InlineData("softmax", "rows=1000000,cols=100000", 1, "rows", "at most 268435456")]
    [InlineData("decode-attention", "heads=1024,tokens=100000,dim=1024", 1, "tokens", "make one of them smaller")]
    [InlineData("sgemm", "m=16384,k=16384,batch=2", 1, "batch", "m x k x batch is 536870912, but at most 268435456 fit in one buffer")]
    [InlineData("bf16-gemm", "tensor=2", 1, "sizes.tensor", "from 0 to 1")]
    [InlineData("prefill-attention", "heads=6,group=4", 1, "sizes.group", "must divide the 6 heads; 1 would")]
    [InlineData("prefill-attention", "dim=257", 1, "sizes.dim", "from 1 to 256")]
    [InlineData("embedding", "vocabulary=1048576,dim=16384", 1, "vocabulary", "vocabulary x dim is 17179869184")]
    [InlineData("memory-pattern", "walks=33", 1, "sizes.walks", "from 0 to 32")]
    [InlineData("burn", "rounds=-1", 1, "sizes.rounds", "from 1 to 10000")]
    [InlineData("adamw", "step=0", 1, "sizes.step", "from 1 to 1000000")]
    public void Says_what_is_wrong_where_and_what_would_be_right(string kernel, string sizes, int repetitions, string field, string message)
    {
        var flaw = Assert.Single(KernelCatalogue.Validate(kernel, KernelTests.Sizes(sizes), repetitions));
        Assert.Equal(field, flaw.Field);
        Assert.Contains(message, flaw.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_all_flaws_together() =>
        Assert.Equal(3, KernelCatalogue.Validate("sgemm", KernelTests.Sizes("m=0,x=1"), 0).Count);

    [SkippableFact]
    public void Finds_the_double_before_the_processor()
    {
        TestDevices.RequireDouble("cuda:0");
        TestDevices.RequireNative();
        var found = DeviceCatalogue.Discover(DeviceChoice.Auto).Devices[0];
        Assert.Equal("cuda:0", found.Id);
        Assert.Contains("double", found.Name, StringComparison.Ordinal);
        Assert.StartsWith("GPU-d0d0d0d0-d0d0-", found.Uuid, StringComparison.Ordinal);
        Assert.Equal("cpu", Assert.Single(DeviceCatalogue.Discover(DeviceChoice.Cpu).Devices).Kind);
    }

    [SkippableTheory]
    [InlineData("managed:0")]
    [InlineData("cpu:0")]
    [InlineData("cuda:0")]
    public void A_device_without_sensors_has_unknown_readings(string id)
    {
        using var device = TestDevices.OpenDouble(id);
        Assert.Equal(default, device.Read());
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("gpu:0")]
    [InlineData("cpu:x")]
    public void Refuses_a_name_that_is_no_device(string id) => Assert.Throws<ArgumentException>(() => DeviceCatalogue.Open(id));

    [SkippableTheory]
    [InlineData("cpu:1")]
    [InlineData("cuda:7")]
    public void Refuses_a_device_that_is_not_there(string id) =>
        Assert.Equal("no-device", Assert.Throws<DeviceFaultException>(() => TestDevices.Open(id)).ErrorCode);

    [SkippableTheory]
    [InlineData("0")]
    [InlineData("1025")]
    [InlineData("two")]
    public void Refuses_a_number_of_threads_that_makes_no_sense(string threads)
    {
        TestDevices.RequireNative();
        var thrown = Assert.Throws<DeviceFaultException>(() => WithThreads(threads));
        Assert.Equal($"FACTORY_CPU_THREADS is \"{threads}\"; a whole number from 1 to 1024 would be right.", thrown.Message);
    }

    [SkippableFact]
    public void The_CPU_device_has_the_threads_it_is_given()
    {
        TestDevices.RequireNative();
        Assert.Equal(3, WithThreads("3"));
    }

    [Fact]
    public async Task Refuses_what_the_device_cannot_hold()
    {
        using var device = TestDevices.Open("managed:0");
        var request = new KernelRequest("memory-pattern", KernelTests.Sizes("bytes=137438953472"), 1, false, 0);
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() => KernelRun.RunAsync(device, request, null, default));
        Assert.Contains("takes 137438954240 bytes", thrown.Message, StringComparison.Ordinal);
    }

    private static int WithThreads(string threads)
    {
        Environment.SetEnvironmentVariable("FACTORY_CPU_THREADS", threads);
        try
        {
            using var device = TestDevices.Open("cpu:0");
            return device.Description.Multiprocessors;
        }
        finally
        {
            Environment.SetEnvironmentVariable("FACTORY_CPU_THREADS", null);
        }
    }
}
