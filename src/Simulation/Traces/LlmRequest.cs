namespace ControlPlane.Simulation;

/// <summary>A request to a language model.</summary>
/// <param name="At">When it came, from the first of its trace.</param>
/// <param name="ContextTokens">Tokens it was asked with.</param>
/// <param name="GeneratedTokens">Tokens it was answered with.</param>
public readonly record struct LlmRequest(TimeSpan At, int ContextTokens, int GeneratedTokens);
