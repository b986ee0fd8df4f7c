using System.CommandLine;
using ControlPlane.Cli;
using ControlPlane.Cli.Twin;

var root = new RootCommand("factoryctl drives an AI factory: apply manifests, submit jobs, ask why.")
{
    FactoryClient.Server,
    FactoryClient.Key,
    ApplyCommand.Build(),
    ApplyCommand.BuildDelete(),
    ChangeCommand.Build(),
    GetCommand.Build(),
    DescribeCommand.Build(),
    JobCommands.BuildSubmit(),
    JobCommands.BuildJob(),
    JobCommands.BuildCancel(),
    JobCommands.BuildWhy(),
    PolicyCommand.Build(),
    DecisionCommands.BuildPlan(),
    PlaceCommand.Build(), ScenarioCommand.Build(),
    DecisionCommands.BuildDecision(),
    DecisionCommands.BuildSnapshot(),
    KernelCommand.Build(), ProbeCommand.Build(),
    DiagCommand.Build(),
    HallCommands.BuildTop(),
    HallCommands.BuildEvents(),
    HallCommands.BuildGpu(),
    HallCommands.BuildLimit(),
    HallCommands.BuildSet(),
    HealthCommand.Build(),
    RemedyCommand.Build(),
    LinkCommand.Build(),
    DemoCommand.Build(),
    ExchangeCommand.Build(),
    GridCommands.Build(),
    ReplayCommand.Build(),
    TraceCommand.Build(),
    TwinCommand.Build(),
    CapacityCommand.Build(),
    SchemaCommand.Build(),
};

var parsed = root.Parse(args);
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = LongCommand.PatienceFor(parsed.CommandResult.Command) });
return parsed.Errors.Count > 0 ? ExitCodes.BadInput : code;
