using System.CommandLine;

var root = new RootCommand("factoryctl drives an AI factory: apply manifests, submit jobs, ask why.");

root.Subcommands.Add(ControlPlane.Cli.ReplayCommand.Build());

return await root.Parse(args).InvokeAsync();
