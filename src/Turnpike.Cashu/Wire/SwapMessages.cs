using System.Buffers;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary><c>POST /v1/swap</c>: old proofs for new ones.</summary>
/// <param name="Inputs">What is given up.</param>
/// <param name="Outputs">What is to be signed.</param>
public sealed record SwapRequest(IReadOnlyList<Proof> Inputs, IReadOnlyList<BlindedMessage> Outputs);

/// <summary>Reads and writes swaps, and the answer of swap and mint.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class SwapMessages
{
    /// <summary>Reads a swap. Proofs keep pieces of the body, which must stay unchanged as long as they live.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limits">What a request may take; lists are cut off one element above.</param>
    public static Result<SwapRequest> Read(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var json = new JsonInput(body);
        IReadOnlyList<Proof>? inputs = null;
        IReadOnlyList<BlindedMessage>? outputs = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            var isRead = json.Named("inputs"u8) ? ProofJson.ReadList(ref json, limits, out inputs)
                : json.Named("outputs"u8) ? OutputJson.ReadList(ref json, limits, blank: false, out outputs)
                : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (inputs is null || outputs is null) return CashuErrors.Malformed("inputs and outputs are needed");
        return new SwapRequest(inputs, outputs);
    }

    /// <summary>Writes a swap, as a wallet does.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="request">The swap.</param>
    public static void Write(IBufferWriter<byte> output, SwapRequest request)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        ProofJson.WriteList(to.Json, "inputs"u8, request.Inputs);
        OutputJson.WriteList(to.Json, "outputs"u8, request.Outputs);
        to.Json.WriteEndObject();
    }

    /// <summary>Writes <c>{"signatures":[…]}</c>.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="signatures">In the order of the outputs.</param>
    public static void WriteSignatures(IBufferWriter<byte> output, IReadOnlyList<BlindSignature> signatures)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        OutputJson.WriteSignatures(to.Json, "signatures"u8, signatures);
        to.Json.WriteEndObject();
    }
}
