using System.Buffers;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary><c>POST /v1/melt/quote/bolt11</c>.</summary>
/// <param name="Request">The invoice.</param>
/// <param name="Unit">The unit to pay with.</param>
/// <param name="AmountlessMsat"><c>options.amountless.amount_msat</c>: what an invoice without an amount is to get; or null.</param>
public sealed record MeltQuoteRequest(string Request, string Unit, long? AmountlessMsat);

/// <summary><c>POST /v1/melt/bolt11</c>.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="Inputs">What pays.</param>
/// <param name="Outputs">Blank outputs for the change; null if none were given, which is not the same as an empty list.</param>
/// <param name="PreferAsync">Whether the answer is PENDING at once.</param>
public sealed record MeltRequest(QuoteId Quote, IReadOnlyList<Proof> Inputs, IReadOnlyList<BlindedMessage>? Outputs, bool PreferAsync);

/// <summary>Reads the requests about melt quotes, and writes the quotes.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class MeltMessages
{
    /// <summary>Reads a request for a quote. Paying in parts (<c>options.mpp</c>) is refused.</summary>
    /// <param name="body">The body.</param>
    public static Result<MeltQuoteRequest> ReadQuoteRequest(ReadOnlyMemory<byte> body)
    {
        var json = new JsonInput(body);
        string? request = null;
        string? unit = null;
        ulong? amountless = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            var isRead = json.Named("request"u8) ? json.Text("request", out request)
                : json.Named("unit"u8) ? json.Text("unit", out unit)
                : json.Named("options"u8) ? ReadOptions(ref json, out amountless)
                : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (request is null || unit is null) return CashuErrors.Malformed("request and unit are needed");
        return new MeltQuoteRequest(request, unit, (long?)amountless);
    }

    /// <summary>Reads a melt. Proofs keep pieces of the body, which must stay unchanged as long as they live.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limits">What a request may take; lists are cut off one element above.</param>
    public static Result<MeltRequest> Read(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var json = new JsonInput(body);
        QuoteId quote = default;
        IReadOnlyList<Proof>? inputs = null;
        IReadOnlyList<BlindedMessage>? outputs = null;
        var preferAsync = false;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            var isRead = json.Named("quote"u8) ? json.Quote("quote", out quote)
                : json.Named("inputs"u8) ? ProofJson.ReadList(ref json, limits, out inputs)
                : json.Named("outputs"u8) ? ReadBlanks(ref json, limits, out outputs)
                : json.Named("prefer_async"u8) ? json.Flag("prefer_async", out preferAsync)
                : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (quote == default || inputs is null) return CashuErrors.Malformed("quote and inputs are needed");
        return new MeltRequest(quote, inputs, outputs, preferAsync);
    }

    /// <summary>Writes a quote.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="quote">The quote.</param>
    /// <param name="change">The signed change of a PAID quote for which outputs had been given; else null.</param>
    public static void WriteQuote(IBufferWriter<byte> output, MeltQuote quote, IReadOnlyList<BlindSignature>? change)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        WriteMembers(to.Json, quote, change);
        to.Json.WriteEndObject();
    }

    /// <summary>A quote's state as wallets know it.</summary>
    /// <param name="state">The state.</param>
    public static string Text(MeltQuoteState state) => state switch
    {
        MeltQuoteState.Unpaid => "UNPAID",
        MeltQuoteState.Pending => "PENDING",
        _ => "PAID",
    };

    internal static void WriteMembers(Utf8JsonWriter json, MeltQuote quote, IReadOnlyList<BlindSignature>? change)
    {
        json.WriteString("quote"u8, quote.Id.Value);
        json.WriteString("request"u8, quote.Request);
        json.WriteNumber("amount"u8, quote.Amount);
        json.WriteString("unit"u8, quote.Unit);
        json.WriteString("method"u8, quote.Method);
        json.WriteNumber("fee_reserve"u8, quote.FeeReserve);
        json.WriteString("state"u8, Text(quote.State));
        json.WriteNumber("expiry"u8, quote.Expiry);
        if (quote.Preimage is { } preimage) json.WriteHex("payment_preimage"u8, preimage.Span);
        else json.WriteNull("payment_preimage"u8);
        if (change is not null) OutputJson.WriteSignatures(json, "change"u8, change);
    }

    private static bool ReadBlanks(ref JsonInput json, LimitOptions limits, out IReadOnlyList<BlindedMessage>? outputs)
    {
        var isRead = OutputJson.ReadList(ref json, limits, blank: true, out var read);
        outputs = json.Type == JsonTokenType.Null ? null : read;
        return isRead;
    }

    private static bool ReadOptions(ref JsonInput json, out ulong? amountless)
    {
        amountless = null;
        if (!json.Read()) return false;
        if (json.Type == JsonTokenType.Null) return true;
        if (json.Type != JsonTokenType.StartObject) return json.Fail("options must be an object");
        while (json.NextMember())
        {
            if (json.Named("mpp"u8)) return json.Fail("options.mpp: paying in parts is not supported");
            if (!(json.Named("amountless"u8) ? ReadAmountless(ref json, out amountless) : json.Skip())) return false;
        }

        return json.Fault is null;
    }

    private static bool ReadAmountless(ref JsonInput json, out ulong? amountless)
    {
        amountless = null;
        if (!json.Object("options.amountless")) return false;
        while (json.NextMember())
        {
            if (json.Named("amount_msat"u8))
            {
                if (!json.Amount("options.amountless.amount_msat", out var read)) return false;
                amountless = read;
            }
            else if (!json.Skip())
            {
                return false;
            }
        }

        return json.Fault is null && (amountless > 0 || json.Fail("options.amountless needs an amount_msat above 0"));
    }
}
