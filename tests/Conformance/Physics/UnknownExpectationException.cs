using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>A case expects something that nothing here computes.</summary>
internal sealed class UnknownExpectationException(string name) : CaseException($"the expectation '{name}' is not known");
