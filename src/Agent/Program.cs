using System.CommandLine;

using ControlPlane.Agent;
using ControlPlane.Agent.Execution;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;

// One program, several roles: the agent of a node, the executor of one device, and looks at the devices of a machine.
var devices = new Option<DeviceChoice>("--devices") { Description = "Which devices to offer.", DefaultValueFactory = _ => DeviceChoice.Auto };

var device = new Option<string>("--device") { Required = true, Description = "The device to own, such as cuda:0." };
var socket = new Option<string>("--socket") { Required = true, Description = "The agent's Unix socket." };
var memory = new Option<string>("--memory") { Required = true, Description = "The file that agent and executor both map." };
var executor = new Command("executor", "Owns one device for the agent that started it.") { device, socket, memory };
executor.SetAction((parsed, _) => Executor.RunAsync(parsed.GetRequiredValue(device), parsed.GetRequiredValue(socket), parsed.GetRequiredValue(memory)));

var discover = new Command("discover", "Lists this machine's devices, one JSON object a line.") { devices };
discover.SetAction(parsed => DeviceDiscovery.Print(parsed.GetValue(devices), Console.Out, Console.Error));

var kernel = new Option<string>("--kernel") { Required = true, Description = "The kernel, such as sgemm." };
var sizes = new Option<string[]>("--size") { Description = "A size, such as m=1024; repeat it. Those left out take their defaults." };
var repetitions = new Option<int>("--repetitions") { Description = "How often to run it; the median counts.", DefaultValueFactory = _ => 5 };
var measure = new Command("measure", "Runs one kernel on a device of this machine and prints what it measured.") { device, kernel, sizes, repetitions };
measure.SetAction((parsed, cancellation) => Measurement.RunAsync(
    parsed.GetRequiredValue(device), parsed.GetRequiredValue(kernel), parsed.GetValue(sizes) ?? [], parsed.GetValue(repetitions), cancellation));

var ranks = new Option<int>("--ranks") { Description = "How many processes, a rank each.", DefaultValueFactory = _ => 2 };
var operation = new Option<string>("--operation") { Description = "all-reduce, all-gather or broadcast.", DefaultValueFactory = _ => "all-reduce" };
operation.AcceptOnlyFromAmong([.. CollectiveMeasurement.Operations.Keys]);
var bytes = new Option<long>("--bytes") { Description = "Bytes of the result on each rank, whole floats of 4.", DefaultValueFactory = _ => 64 << 20 };
var transport = new Option<string>("--transport") { Description = "shared (memory), tcp, nccl, or auto: the best that all ranks have.", DefaultValueFactory = _ => "auto" };
transport.AcceptOnlyFromAmong([.. CollectiveMeasurement.Transports.Keys]);
var check = new Option<bool>("--check") { Description = "Compare results with a plain reference; that ranks come to the same bits is seen in any case.", DefaultValueFactory = _ => true };
CollectiveMeasurement CollectiveOf(ParseResult parsed) => new(
    parsed.GetRequiredValue(device), parsed.GetValue(ranks), CollectiveMeasurement.Transports[parsed.GetValue(transport)!],
    new(CollectiveMeasurement.Operations[parsed.GetValue(operation)!], parsed.GetValue(bytes), parsed.GetValue(repetitions), parsed.GetValue(check), Seed: 1));
var collective = new Command("measure-collective", "Runs a collective over processes of this machine and prints its bus bandwidth, as nccl-tests define it.") { device, ranks, operation, bytes, repetitions, transport, check };
collective.SetAction((parsed, cancellation) => CollectiveOf(parsed).PrintAsync(cancellation));
var rank = new Option<int>("--rank") { Required = true, Description = "This process's rank." };
var oneRank = new Command("collective-rank", "One rank of measure-collective.") { device, rank, ranks, operation, bytes, repetitions, transport, check };
oneRank.Hidden = true;
oneRank.SetAction((parsed, cancellation) => CollectiveOf(parsed).BeRankAsync(parsed.GetRequiredValue(rank), Console.In, Console.Out, cancellation));

var only = new Option<string?>("--device") { Description = "Only this device, such as cuda:0; all of the machine's when left out." };
var level = new Option<int>("--level") { Description = "1 reads what devices say; 2 tests memory, bandwidth and matrix rates, in seconds; 3 tests all free memory and runs under load, in minutes.", DefaultValueFactory = _ => 1 };
var load = new Option<int>("--load-seconds") { Description = "How long the load of level 3 lasts.", DefaultValueFactory = _ => 120 };
var patience = new Option<int>("--kernel-timeout") { Description = "Seconds a kernel may take.", DefaultValueFactory = _ => 300 };
var output = new Option<string>("--output", "-o") { Description = "table or json.", DefaultValueFactory = _ => "table" };
output.AcceptOnlyFromAmong("table", "json");
var diagnose = new Command("diagnose", "Tests this machine's devices and prints what it found: check, measured, required, verdict, why.") { only, level, load, patience, output };
diagnose.SetAction((parsed, cancellation) => Diagnosis.RunAsync(
    new(parsed.GetValue(only), parsed.GetValue(level), TimeSpan.FromSeconds(parsed.GetValue(load)), TimeSpan.FromSeconds(parsed.GetValue(patience)), parsed.GetValue(output) == "json"),
    cancellation));

var model = new Option<string>("--model") { Description = "The model's shape.", DefaultValueFactory = _ => "small" };
var shape = new Option<string?>("--shape") { Description = "The shape of a model that is not known by name: " + ModelShape.Form + "." };
var batches = new Option<int[]>("--batch") { Description = "Sequences decoded together; repeat it. 1, 4 and 16 when left out.", AllowMultipleArgumentsPerToken = true };
var context = new Option<int>("--context") { Description = "Tokens that each attends to.", DefaultValueFactory = _ => 512 };
var prompt = new Option<int>("--prompt") { Description = "Tokens of a prompt.", DefaultValueFactory = _ => 256 };
var limits = new Option<int[]>("--limit") { Description = "A power limit in percent of the highest; repeat it. The limit that is set when left out.", AllowMultipleArgumentsPerToken = true };
var save = new Option<FileInfo?>("--save") { Description = "Where to keep the device's curve: a DeviceCurve, which a capacity plan reads." };
var probe = new Command("probe", "Measures a device's tokens a second and joules a token: decode and prefill steps of a model's shape.") { device, model, shape, batches, context, prompt, repetitions, limits, save, output };
probe.SetAction((parsed, cancellation) => Probe.RunAsync(
    parsed.GetRequiredValue(device),
    () => new(
        ModelShape.Resolve(parsed.GetValue(model)!, parsed.GetValue(shape)), parsed.GetValue(batches) is { Length: > 0 } given ? given : [1, 4, 16],
        parsed.GetValue(context), parsed.GetValue(prompt), parsed.GetValue(repetitions), parsed.GetValue(limits) ?? []),
    parsed.GetValue(output) == "json", parsed.GetValue(save)?.FullName, cancellation));

var hosts = new Option<string[]>("--host") { Required = true, Description = "Address of a host; repeat it for several." };
var node = new Option<string>("--node") { Required = true, Description = "The node's id in the factory." };
var token = new Option<FileInfo?>("--token-file") { Description = "A file with the node's token." };
var authority = new Option<FileInfo?>("--authority") { Description = "A PEM file of who issued the host's certificate; the machine's own store when left out." };
var certificate = new Option<FileInfo?>("--certificate") { Description = "A PEM file of the certificate that the agent shows, in its node's name." };
var key = new Option<FileInfo?>("--key") { Description = "A PEM file of that certificate's key." };
var journal = new Option<FileInfo?>("--journal") { Description = "Where to keep generations and unacknowledged reports across restarts." };
var timeout = new Option<int>("--kernel-timeout") { Description = "Seconds a kernel may take when its job says nothing.", DefaultValueFactory = _ => 300 };
var restarts = new Option<int>("--restart-limit") { Description = "Executor restarts in ten minutes before a device counts as failed.", DefaultValueFactory = _ => 5 };
var reset = new Option<string>("--reset-command") { Description = "Resets a CUDA device that nothing holds, {uuid} standing for it; with an empty one only its executor is started anew.", DefaultValueFactory = _ => DeviceReset.UsualCommand };
var address = new Option<string?>("--address") { Description = "This machine's address on the network of collectives; the one that leads to the host when left out." };
var tenantUser = new Option<string?>("--tenant-user") { Description = "The user as which kernels of tenants' own run, confined; none of them run when left out. The agent must run as root." };
var tenantMemory = new Option<int>("--tenant-memory") { Description = "MiB of host memory that one of them may take.", DefaultValueFactory = _ => 4096 };
var withParent = new Option<bool>("--exit-with-parent") { Description = "End when the process that started the agent ends." };
var root = new RootCommand("The agent of a GPU node: owns the node's devices and takes work from the host.")
{
    hosts, node, token, authority, certificate, key, devices, journal, timeout, restarts, reset, address, tenantUser, tenantMemory, withParent, executor, discover, measure, collective, oneRank, diagnose, probe,
};
root.SetAction((parsed, cancellation) => AgentProcess.RunAsync(
    new AgentOptions
    {
        Hosts = [.. parsed.GetRequiredValue(hosts).Select(host => new Uri(host, UriKind.RelativeOrAbsolute))],
        Node = parsed.GetRequiredValue(node),
        TokenFile = parsed.GetValue(token)?.FullName,
        AuthorityFile = parsed.GetValue(authority)?.FullName,
        CertificateFile = parsed.GetValue(certificate)?.FullName,
        KeyFile = parsed.GetValue(key)?.FullName,
        Devices = parsed.GetValue(devices),
        JournalFile = parsed.GetValue(journal)?.FullName,
        KernelTimeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
        RestartLimit = parsed.GetValue(restarts),
        ResetCommand = parsed.GetValue(reset)!,
        Address = parsed.GetValue(address),
        TenantUser = parsed.GetValue(tenantUser),
        TenantMebibytes = parsed.GetValue(tenantMemory),
        ExitWithParent = parsed.GetValue(withParent),
    },
    cancellation));
// The host's own lifetime answers signals; a second answer would end the process before the work is put away.
var line = root.Parse(args);
var code = await line.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return line.Errors.Count > 0 ? 2 : code;
