using System.CommandLine;

var root = new RootCommand("factoryctl drives an AI factory: apply manifests, submit jobs, ask why.");

return await root.Parse(args).InvokeAsync();
