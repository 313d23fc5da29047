namespace Turnpike.Cashu.Client;

/// <summary>A state that the mint told of.</summary>
/// <typeparam name="T">What it is about.</typeparam>
/// <param name="Value">The state.</param>
/// <param name="Seq">Where to go on after it, to be kept beside what was done about it; null while the mint has given none.</param>
/// <param name="IsGap">Whether changes before it may have been missed: the mint does not go back as far as was asked.</param>
/// <remarks>docs/specs/cashu.md 3.5.</remarks>
public sealed record MintUpdate<T>(T Value, string? Seq, bool IsGap);
