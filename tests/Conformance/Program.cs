using ControlPlane.Conformance.Tests.Cases;

return CaseProgram.Run(args, Console.Out, Console.Error);
