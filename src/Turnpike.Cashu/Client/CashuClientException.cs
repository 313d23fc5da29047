namespace Turnpike.Cashu.Client;

/// <summary>The mint answered what a mint must not answer, or refused what cannot be refused. Trying again is of no use.</summary>
/// <param name="message">What is wrong, in a sentence.</param>
/// <param name="inner">What lies beneath.</param>
public sealed class CashuClientException(string message, Exception? inner = null) : Exception(message, inner);
