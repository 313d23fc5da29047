namespace Turnpike.Cashu.Backends;

/// <summary>A Lightning node could not be reached, or did not do what was asked where there is no answer for that.</summary>
/// <param name="message">One sentence for the operator, without secrets.</param>
/// <param name="cause">What happened underneath, if anything did.</param>
internal sealed class LightningException(string message, Exception? cause = null) : Exception(message, cause);
