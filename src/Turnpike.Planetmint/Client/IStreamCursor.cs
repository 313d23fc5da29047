using System.Text;

namespace Turnpike.Planetmint.Client;

/// <summary>Where a stream stands: what to ask for next, and which messages were seen before.</summary>
internal interface IStreamCursor<TEvent> where TEvent : class
{
    /// <summary>Appends the parameters that continue after the last event taken.</summary>
    void WriteTo(StringBuilder query);

    /// <summary>Takes a message.</summary>
    /// <returns>The event, or null if it is a repetition or no event.</returns>
    /// <exception cref="PlanetmintClientException">It is no stream message.</exception>
    TEvent? Take(ReadOnlySpan<byte> message);
}
