namespace Turnpike.Planetmint.Client;

/// <summary>The node refused what must not be asked for, or answered what is no Planetmint answer. Trying again is of no use.</summary>
/// <param name="message">The node's text, or ours.</param>
/// <param name="status">The HTTP status, or 0 where there is none.</param>
/// <param name="inner">What lies beneath.</param>
public sealed class PlanetmintClientException(string message, int status = 0, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The HTTP status of the answer, or 0 where the failure is not one of HTTP.</summary>
    public int Status { get; } = status;
}
