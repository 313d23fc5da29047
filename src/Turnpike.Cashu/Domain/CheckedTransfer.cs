namespace Turnpike.Cashu.Domain;

/// <summary>A swap or a melt that passed all checks that need no store.</summary>
/// <param name="Inputs">What is given up.</param>
/// <param name="Outputs">What is to be signed.</param>
public sealed record CheckedTransfer(CheckedInputs Inputs, CheckedOutputs Outputs);
