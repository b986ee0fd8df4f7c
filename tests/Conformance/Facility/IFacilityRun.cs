using ControlPlane.Conformance.Tests.Physics;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>One acceptance case as it runs: it keeps the state between the steps.</summary>
internal interface IFacilityRun
{
    /// <summary>Does a step.</summary>
    /// <param name="operation">What the step asks for; empty when it names nothing.</param>
    /// <param name="step">Its fields.</param>
    Facts Do(string operation, CaseInputs step);
}
