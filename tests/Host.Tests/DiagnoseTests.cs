using System.Text.Json.Nodes;

namespace ControlPlane.Host.Tests;

/// <summary>The agent's program as the one who stands before a machine uses it: diagnose, without a host.</summary>
public class DiagnoseTests
{
    [SkippableTheory]
    [InlineData("", 0, "PASSED.")]
    [InlineData("bit-flip", 1, "FAILED: cuda:0.")]
    [InlineData("ecc", 1, "the device's context was lost by cuda-214 in \"memory patterns\"")]
    [InlineData("device-lost", 1, "cuda-46")]
    [InlineData("illegal-address@20", 1, "cuda-700")]
    [InlineData("hang", 1, "memory-pattern did not return within 3 s")]
    public async Task The_page_and_the_exit_code_say_what_is_wrong(string fault, int code, string says)
    {
        KernelDeviceTests.RequireNative();
        var order = Path.GetTempFileName();
        await File.WriteAllTextAsync(order, fault);
        var ended = await Diagnose(new() { ["FACTORY_DOUBLE_FAULT_FILE"] = order }, "--level", "2", "--kernel-timeout", "3");
        File.Delete(order);
        Assert.True(ended.Code == code && ended.Output.Contains(says, StringComparison.Ordinal), ended.ToString());
    }

    [SkippableFact]
    public async Task A_card_that_NVML_complains_of_fails_without_any_kernel()
    {
        KernelDeviceTests.RequireNative();
        var ended = await Diagnose(new() { ["FACTORY_NVML_LIBRARY"] = "double", ["FACTORY_DOUBLE_ECC"] = "2", ["FACTORY_DOUBLE_ROWS_PENDING"] = "1" }, "-o", "json");
        Assert.Equal(1, ended.Code);
        var checks = JsonNode.Parse(ended.Output)!["devices"]![0]!["checks"]!.AsArray();
        var failed = checks.Where(check => (string?)check!["verdict"] == "failed").Select(check => (string?)check!["check"]);
        Assert.Equal(["ECC errors", "remapped rows"], failed);
    }

    [Theory]
    [InlineData("--level", "4", "give 1, 2 or 3")]
    [InlineData("--device", "gpu7", "names no device")]
    [InlineData("--load-seconds", "-1", "give 0 to 86400")]
    [InlineData("--kernel-timeout", "0", "give 1 to 86400")]
    [InlineData("--level", "deep", "deep")]
    public async Task Wrong_input_is_told_and_nothing_is_tested(string option, string value, string says)
    {
        var ended = await Diagnose([], option, value);
        Assert.True(ended.Code == 2 && ended.Errors.Contains(says, StringComparison.Ordinal), ended.ToString());
    }

    [Fact]
    public async Task A_device_that_does_not_open_has_failed()
    {
        var ended = await Diagnose(new() { ["FACTORY_CUDA_LIBRARY"] = "/nowhere/libcuda.so.1" }, "--device", "cuda:0");
        Assert.True(ended.Code == 1 && ended.Output.Contains("does not open", StringComparison.Ordinal), ended.ToString());
    }

    private static Task<Ended> Diagnose(Dictionary<string, string> environment, params string[] arguments)
    {
        environment.TryAdd("FACTORY_CUDA_LIBRARY", "double");
        return Programs.Run(Programs.Agent, ["diagnose", .. arguments], environment);
    }
}
