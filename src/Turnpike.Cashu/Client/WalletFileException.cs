namespace Turnpike.Cashu.Client;

/// <summary>A wallet's file is not there, not a wallet, readable by others or used by another program.</summary>
/// <param name="message">Which of these, in a sentence.</param>
/// <param name="inner">What lies beneath.</param>
public sealed class WalletFileException(string message, Exception? inner = null) : IOException(message, inner);
