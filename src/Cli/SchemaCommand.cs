using System.CommandLine;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl schema</c>: the JSON Schema of manifests, for editors. Needs no host.</summary>
internal static class SchemaCommand
{
    public static Command Build()
    {
        var command = new Command("schema", "Prints the JSON Schema of manifests.");
        command.SetAction(_ => Console.WriteLine(ManifestSchema.Build().ToJsonString(FactoryClient.Json)));
        return command;
    }
}
