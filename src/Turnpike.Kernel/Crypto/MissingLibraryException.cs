namespace Turnpike.Kernel.Crypto;

/// <summary>A library of the operating system is not installed; the message is a sentence for the operator, with the remedy.</summary>
public sealed class MissingLibraryException : Exception
{
    /// <summary>No message; the others are the ones to use.</summary>
    public MissingLibraryException() { }

    /// <summary>With the sentence for the operator.</summary>
    public MissingLibraryException(string message) : base(message) { }

    /// <summary>With the sentence for the operator, and what failed.</summary>
    public MissingLibraryException(string message, Exception innerException) : base(message, innerException) { }
}
