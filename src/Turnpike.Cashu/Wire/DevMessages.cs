using System.Buffers;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary><c>POST /dev/cashu/invoice</c>: an invoice of a simulated node elsewhere, for the mint to pay.</summary>
/// <param name="AmountMsat">Null for one without an amount.</param>
/// <param name="Description">Also asks the simulated node to do what seldom happens.</param>
public sealed record DevInvoiceRequest(long? AmountMsat, string Description);

/// <summary>What only a server with the simulated Lightning node has.</summary>
/// <remarks>docs/specs/cashu.md 9.2 and 13.</remarks>
public static class DevMessages
{
    private const ulong MaxSat = 21_000_000UL * 100_000_000;

    /// <summary>Reads <c>{"request"}</c> of <c>POST /dev/cashu/pay</c>.</summary>
    /// <param name="body">The body.</param>
    public static Result<string> ReadPay(ReadOnlyMemory<byte> body)
    {
        var json = new JsonInput(body);
        string? request = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            if (!(json.Named("request"u8) ? json.Text("request", out request) : json.Skip())) return json.Error;
        }

        if (!json.End()) return json.Error;
        return request is null ? CashuErrors.Malformed("request is needed") : request;
    }

    /// <summary>Reads <c>{"amount"?, "description"?}</c>; the amount in sat.</summary>
    /// <param name="body">The body.</param>
    public static Result<DevInvoiceRequest> ReadInvoice(ReadOnlyMemory<byte> body)
    {
        var json = new JsonInput(body);
        ulong? amount = null;
        string? description = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            if (json.Named("amount"u8))
            {
                if (!json.Amount("amount", out var read)) return json.Error;
                amount = read;
            }
            else if (!(json.Named("description"u8) ? json.OptionalText("description", out description) : json.Skip()))
            {
                return json.Error;
            }
        }

        if (!json.End()) return json.Error;
        if (amount is 0 or > MaxSat) return CashuErrors.Malformed($"amount must be from 1 to {MaxSat} sat, or left out");
        return new DevInvoiceRequest((long?)amount * Amounts.MsatPerSat, description ?? "");
    }

    /// <summary>Writes <c>{"state"}</c>: what became of an invoice that was to be paid.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="isPaid">False if it had expired.</param>
    public static void WritePaid(IBufferWriter<byte> output, bool isPaid)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteString("state"u8, isPaid ? "PAID"u8 : "EXPIRED"u8);
        to.Json.WriteEndObject();
    }

    /// <summary>Writes <c>{"request","payment_hash"}</c>.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="request">The invoice.</param>
    /// <param name="paymentHash">Its payment hash in hex.</param>
    public static void WriteInvoice(IBufferWriter<byte> output, string request, string paymentHash)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteString("request"u8, request);
        to.Json.WriteString("payment_hash"u8, paymentHash);
        to.Json.WriteEndObject();
    }
}
