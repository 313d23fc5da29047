using System.Buffers;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary><c>POST /v1/mint/quote/bolt11</c>.</summary>
/// <param name="Amount">What is to be minted.</param>
/// <param name="Unit">In which unit.</param>
/// <param name="Description">For the invoice, or null.</param>
/// <param name="Pubkey">The key to lock the quote to, as it came, or null.</param>
public sealed record MintQuoteRequest(ulong Amount, string Unit, string? Description, string? Pubkey);

/// <summary><c>POST /v1/mint/bolt11</c>.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="Outputs">What is to be signed.</param>
/// <param name="Signature">By the key of a locked quote, or null.</param>
public sealed record MintRequest(QuoteId Quote, IReadOnlyList<BlindedMessage> Outputs, string? Signature);

/// <summary><c>POST /v1/mint/bolt11/batch</c>.</summary>
/// <param name="Quotes">The quotes, each once.</param>
/// <param name="QuoteAmounts">What the wallet believes them to be, or null; as long as the quotes.</param>
/// <param name="Outputs">What is to be signed.</param>
/// <param name="Signatures">One for each quote, null for an open one; or null.</param>
public sealed record BatchMintRequest(
    IReadOnlyList<QuoteId> Quotes,
    IReadOnlyList<ulong>? QuoteAmounts,
    IReadOnlyList<BlindedMessage> Outputs,
    IReadOnlyList<string?>? Signatures);

/// <summary>Reads the requests about mint quotes, and writes the quotes.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class MintMessages
{
    /// <summary>Reads a request for a quote.</summary>
    /// <param name="body">The body.</param>
    public static Result<MintQuoteRequest> ReadQuoteRequest(ReadOnlyMemory<byte> body)
    {
        var json = new JsonInput(body);
        ulong? amount = null;
        string? unit = null;
        string? description = null;
        string? pubkey = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            if (json.Named("amount"u8))
            {
                if (!json.Amount("amount", out var read)) return json.Error;
                amount = read;
            }
            else if (!(json.Named("unit"u8) ? json.Text("unit", out unit)
                : json.Named("description"u8) ? json.OptionalText("description", out description)
                : json.Named("pubkey"u8) ? json.OptionalText("pubkey", out pubkey)
                : json.Skip()))
            {
                return json.Error;
            }
        }

        if (!json.End()) return json.Error;
        if (amount is null or 0 || unit is null) return CashuErrors.Malformed("amount, above 0, and unit are needed");
        return new MintQuoteRequest(amount.Value, unit, description, pubkey);
    }

    /// <summary>Reads a mint.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limits">What a request may take.</param>
    public static Result<MintRequest> Read(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var json = new JsonInput(body);
        QuoteId quote = default;
        IReadOnlyList<BlindedMessage>? outputs = null;
        string? signature = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            var isRead = json.Named("quote"u8) ? json.Quote("quote", out quote)
                : json.Named("outputs"u8) ? OutputJson.ReadList(ref json, limits, blank: false, out outputs)
                : json.Named("signature"u8) ? json.OptionalText("signature", out signature)
                : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (quote == default || outputs is null) return CashuErrors.Malformed("quote and outputs are needed");
        return new MintRequest(quote, outputs, signature);
    }

    /// <summary>Reads a batch; checks the lengths of its lists and that no quote is there twice.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limits">What a request may take.</param>
    public static Result<BatchMintRequest> ReadBatch(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var json = new JsonInput(body);
        List<QuoteId>? quotes = null;
        List<ulong>? amounts = null;
        IReadOnlyList<BlindedMessage>? outputs = null;
        List<string?>? signatures = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            var isRead = json.Named("quotes"u8) ? ReadQuotes(ref json, limits, out quotes)
                : json.Named("quote_amounts"u8) ? ReadAmounts(ref json, limits, out amounts)
                : json.Named("outputs"u8) ? OutputJson.ReadList(ref json, limits, blank: false, out outputs)
                : json.Named("signatures"u8) ? ReadTexts(ref json, limits, out signatures)
                : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (CheckQuotes(quotes, limits) is { } error) return error;
        if (outputs is null) return CashuErrors.Malformed("outputs are needed");
        if (amounts is not null && amounts.Count != quotes!.Count) return CashuErrors.Malformed("quote_amounts are not as many as quotes");
        if (signatures is not null && signatures.Count != quotes!.Count)
            return CashuErrors.Malformed("signatures are not as many as quotes");
        return new BatchMintRequest(quotes!, amounts, outputs, signatures);
    }

    /// <summary>Reads <c>{"quotes":[…]}</c> of a check of several quotes.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limits">What a request may take.</param>
    public static Result<IReadOnlyList<QuoteId>> ReadCheck(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var json = new JsonInput(body);
        List<QuoteId>? quotes = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            if (!(json.Named("quotes"u8) ? ReadQuotes(ref json, limits, out quotes) : json.Skip())) return json.Error;
        }

        if (!json.End()) return json.Error;
        return CheckQuotes(quotes, limits) is { } error ? error : Result.Ok<IReadOnlyList<QuoteId>>(quotes!);
    }

    /// <summary>Writes a quote.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="quote">The quote.</param>
    public static void WriteQuote(IBufferWriter<byte> output, MintQuote quote)
    {
        using var to = new JsonOutput(output);
        WriteQuote(to.Json, quote);
    }

    /// <summary>Writes several quotes as an array.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="quotes">The quotes, in request order.</param>
    public static void WriteQuotes(IBufferWriter<byte> output, IReadOnlyList<MintQuote> quotes)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartArray();
        foreach (var quote in quotes) WriteQuote(to.Json, quote);
        to.Json.WriteEndArray();
    }

    /// <summary>A quote's state as wallets know it.</summary>
    /// <param name="state">The state.</param>
    public static string Text(MintQuoteState state) => state switch
    {
        MintQuoteState.Unpaid => "UNPAID",
        MintQuoteState.Paid => "PAID",
        _ => "ISSUED",
    };

    private static void WriteQuote(Utf8JsonWriter json, MintQuote quote)
    {
        json.WriteStartObject();
        json.WriteString("quote"u8, quote.Id.Value);
        json.WriteString("request"u8, quote.Request);
        json.WriteNumber("amount"u8, quote.Amount);
        json.WriteString("unit"u8, quote.Unit);
        json.WriteString("method"u8, quote.Method);
        json.WriteString("state"u8, Text(quote.State));
        json.WriteNumberOrNull("expiry"u8, quote.Expiry);
        if (quote.Pubkey is { } pubkey) json.WriteHex("pubkey"u8, pubkey.Span);
        json.WriteNumber("amount_paid"u8, quote.AmountPaid);
        json.WriteNumber("amount_issued"u8, quote.AmountIssued);
        json.WriteNumber("updated_at"u8, quote.UpdatedAt);
        json.WriteEndObject();
    }

    private static ProtocolError? CheckQuotes(List<QuoteId>? quotes, LimitOptions limits)
    {
        if (quotes is null or []) return CashuErrors.Malformed("quotes are needed");
        if (quotes.Count > limits.Batch) return CashuErrors.BatchTooLarge(limits.Batch);
        return quotes.Distinct().Count() < quotes.Count ? CashuErrors.DuplicateQuotes : null;
    }

    private static bool ReadQuotes(ref JsonInput json, LimitOptions limits, out List<QuoteId> quotes)
    {
        quotes = [];
        if (!ReadTexts(ref json, limits, out var texts) || texts is null) return json.Fail("quotes must be an array");
        foreach (var text in texts)
        {
            if (!QuoteId.TryParse(text, out var id)) return json.Fail($"quotes: an id has 1 to {QuoteId.MaxBytes} bytes");
            quotes.Add(id);
        }

        return true;
    }

    private static bool ReadAmounts(ref JsonInput json, LimitOptions limits, out List<ulong>? amounts)
    {
        amounts = null;
        if (!json.Read()) return false;
        if (json.Type == JsonTokenType.Null) return true;
        if (json.Type != JsonTokenType.StartArray) return json.Fail("quote_amounts must be an array");
        amounts = [];
        while (json.Read() && json.Type != JsonTokenType.EndArray)
        {
            if (!json.TakeAmount("quote_amounts", out var amount)) return false;
            if (amounts.Count <= limits.Batch) amounts.Add(amount);
        }

        return json.Fault is null;
    }

    /// <summary>An array of strings and nulls, or null; one more than a batch has at most.</summary>
    private static bool ReadTexts(ref JsonInput json, LimitOptions limits, out List<string?>? texts)
    {
        texts = null;
        if (!json.Read()) return false;
        if (json.Type == JsonTokenType.Null) return true;
        if (json.Type != JsonTokenType.StartArray) return json.Fail("An array is needed");
        texts = [];
        while (json.Read() && json.Type != JsonTokenType.EndArray)
        {
            if (!json.TakeOptionalText("An element", out var text)) return false;
            if (texts.Count <= limits.Batch) texts.Add(text);
        }

        return json.Fault is null;
    }
}
