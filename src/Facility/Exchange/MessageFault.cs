namespace ControlPlane.Facility.Exchange;

/// <summary>Why a message is refused.</summary>
/// <param name="Field">The field at fault, as a path such as <c>data.targets[0].interval</c>; empty for the message as a whole.</param>
/// <param name="Reason">What is wrong with it, for a person.</param>
public sealed record MessageFault(string Field, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Field.Length == 0 ? Reason : $"{Field}: {Reason}";
}
