namespace Turnpike.Kernel.Crypto;

/// <summary>The installation's seed cannot be used; the message is one sentence for the operator and never holds the seed.</summary>
/// <param name="message">Which file, what is wrong with it, what to do.</param>
/// <param name="cause">The machine's own error, where there was one.</param>
public sealed class SeedException(string message, Exception? cause = null) : Exception(message, cause);
