using System.Text.Json.Serialization;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>A proof's state changed. The payload is what subscribers and <c>/v1/checkstate</c> say of it.</summary>
/// <param name="Y">In lower-case hex.</param>
/// <param name="State"><c>UNSPENT</c>, <c>PENDING</c> or <c>SPENT</c>.</param>
/// <param name="Witness">As it was given; null unless SPENT.</param>
/// <remarks>docs/specs/cashu.md 3.2 and 8.</remarks>
internal sealed record ProofChanged(
    [property: JsonPropertyName("Y")] string Y, string State, string? Witness) : IEvent
{
    /// <inheritdoc/>
    public static string EventType => "cashu.proof_changed";

    /// <inheritdoc/>
    public static int EventVersion => 1;

    /// <summary>Queues the event.</summary>
    public static void Append(Work work, in PublicKey y, ProofState state, string? witness)
    {
        var hex = y.ToString();
        var changed = new ProofChanged(hex, state.ToString().ToUpperInvariant(), state == ProofState.Spent ? witness : null);
        work.Append(CashuTopics.Proofs + hex, changed, CashuEvents.Default.ProofChanged);
    }
}
