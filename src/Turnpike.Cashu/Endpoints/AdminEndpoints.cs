using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary><c>/admin/cashu/*</c>: what an operator asks and does. The host lets nobody else in.</summary>
/// <remarks>docs/specs/cashu.md 13. Errors are answered as in the wallets' API: 400 with detail and code.</remarks>
internal sealed class AdminEndpoints(IDatabase database, Keyring keyring, MintKeys keys, MeltDesk desk, TimeProvider clock)
{
    private const int MaxBody = 16 * 1024;

    /// <summary>
    /// <c>GET /admin/cashu/keysets</c>:
    /// <c>{"pubkey","keysets":[{"id","unit","index","version","active","input_fee_ppk","final_expiry","issued","redeemed"}]}</c>,
    /// the oldest first; amounts in the keyset's unit.
    /// </summary>
    public async Task KeysetsAsync(HttpContext http)
    {
        var (rows, books) = await database.ReadAsync(
            async reads => (await KeysetTable.ReadAsync(reads), await MintAudit.ReadKeysetsAsync(reads)), http.RequestAborted);
        await WriteAsync(http, json =>
        {
            json.WriteString("pubkey"u8, keys.Identity().ToString());
            json.WriteStartArray("keysets"u8);
            foreach (var row in rows) WriteKeyset(json, row, books.FirstOrDefault(b => b.No == row.No));
            json.WriteEndArray();
        });
    }

    /// <summary>
    /// <c>POST /admin/cashu/rotate {"unit","input_fee_ppk"?,"final_expiry"?}</c>: ends the unit's active keysets and makes new ones.
    /// Answers <c>{"keysets":[…]}</c>, those that are active now, without issued and redeemed.
    /// </summary>
    public Task RotateAsync(HttpContext http) => RequestBody.UseAsync(http, MaxBody, async body =>
    {
        if (!AdminMessages.ReadRotation(body).TryGet(out var rotation, out var error)) await Answer.ErrorAsync(http, error);
        else if (rotation.FinalExpiry <= clock.GetUtcNow().ToUnixTimeSeconds())
            await Answer.ErrorAsync(http, CashuErrors.Malformed("final_expiry is over already"));
        else if (!(await keyring.RotateAsync(rotation.Unit, rotation.InputFeePpk, rotation.FinalExpiry, http.RequestAborted))
            .TryGet(out _, out error)) await Answer.ErrorAsync(http, error);
        else
        {
            await WriteAsync(http, json =>
            {
                json.WriteStartArray("keysets"u8);
                foreach (var row in keyring.View.Rows.Where(r => r.IsActive && r.Unit == rotation.Unit)) WriteKeyset(json, row, null);
                json.WriteEndArray();
            });
        }
    });

    /// <summary>
    /// <c>GET /admin/cashu/audit</c>: all books in one snapshot,
    /// <c>{"units":[{"unit","credited","unissued","paid_out","outstanding","kept","difference"}],"faults":[text]}</c>.
    /// </summary>
    public async Task AuditAsync(HttpContext http)
    {
        var (books, faults) = await database.ReadAsync(
            async reads => (await MintAudit.ReadAsync(reads), await MintAudit.RunAsync(reads)), http.RequestAborted);
        await WriteAsync(http, json =>
        {
            json.WriteStartArray("units"u8);
            foreach (var unit in books)
            {
                json.WriteStartObject();
                json.WriteString("unit"u8, unit.Unit);
                json.WriteInt128("credited"u8, unit.Credited);
                json.WriteInt128("unissued"u8, unit.Unissued);
                json.WriteInt128("paid_out"u8, unit.PaidOut);
                json.WriteInt128("outstanding"u8, unit.Outstanding);
                json.WriteInt128("kept"u8, unit.Kept);
                json.WriteInt128("difference"u8, unit.Difference);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("faults"u8);
            foreach (var fault in faults) json.WriteStringValue(fault);
            json.WriteEndArray();
        });
    }

    /// <summary><c>GET /admin/cashu/payments</c>: <c>{"payments":[…]}</c>, the undecided ones, the oldest first; at most 1000.</summary>
    public async Task PaymentsAsync(HttpContext http)
    {
        var payments = await desk.ReadOpenAsync(http.RequestAborted);
        await WriteAsync(http, json => WritePayments(json, payments));
    }

    /// <summary>
    /// <c>GET /admin/cashu/melt/{id}</c>: <c>{"quote":{as wallets see it, without change},"payments":[…]}</c>, all attempts in their order.
    /// </summary>
    public async Task MeltAsync(HttpContext http)
    {
        if ((await desk.ReadAsync(IdOf(http), http.RequestAborted)).TryGet(out var file, out var error))
        {
            await WriteAsync(http, json =>
            {
                json.WriteStartObject("quote"u8);
                MeltMessages.WriteMembers(json, file.Quote, null);
                json.WriteEndObject();
                WritePayments(json, file.Payments);
            });
        }
        else await Answer.ErrorAsync(http, error);
    }

    /// <summary><c>POST /admin/cashu/melt/{id}/retry</c>: <c>{"done"}</c>, false if nothing of it is open.</summary>
    public async Task RetryAsync(HttpContext http) => await DoneAsync(http, await desk.RetryAsync(IdOf(http), http.RequestAborted));

    /// <summary>
    /// <c>POST /admin/cashu/melt/{id}/resolve {"outcome":"paid","payment_preimage":hex,"fee_msat"?}</c> or <c>{"outcome":"failed"}</c>:
    /// <c>{"done"}</c>, false if nothing of it is open.
    /// </summary>
    public Task ResolveAsync(HttpContext http) => RequestBody.UseAsync(http, MaxBody, async body =>
    {
        if (!AdminMessages.ReadResolution(body).TryGet(out var payment, out var error)) await Answer.ErrorAsync(http, error);
        else if (payment.Preimage is { } preimage)
            await DoneAsync(http, await desk.ResolvePaidAsync(IdOf(http), preimage, payment.FeeMsat, http.RequestAborted));
        else await DoneAsync(http, await desk.ResolveFailedAsync(IdOf(http), http.RequestAborted));
    });

    private static QuoteId IdOf(HttpContext http) =>
        QuoteId.TryParse((string)http.Request.RouteValues["id"]!, out var id) ? id : default;

    private static Task DoneAsync(HttpContext http, Result<bool> result) => result.TryGet(out var done, out var error)
        ? WriteAsync(http, json => json.WriteBoolean("done"u8, done))
        : Answer.ErrorAsync(http, error);

    private static Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> writeMembers) => Answer.JsonAsync(http, 1024, output =>
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        writeMembers(to.Json);
        to.Json.WriteEndObject();
    });

    private static void WriteKeyset(Utf8JsonWriter json, StoredKeyset row, KeysetBooks? books)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, row.Id.ToString());
        json.WriteString("unit"u8, row.Unit);
        json.WriteNumber("index"u8, row.Index);
        json.WriteNumber("version"u8, row.Version);
        json.WriteBoolean("active"u8, row.IsActive);
        json.WriteNumber("input_fee_ppk"u8, row.InputFeePpk);
        json.WriteNumberOrNull("final_expiry"u8, row.FinalExpiry);
        if (books is not null)
        {
            json.WriteInt128("issued"u8, books.Issued);
            json.WriteInt128("redeemed"u8, books.Redeemed);
        }

        json.WriteEndObject();
    }

    private static void WritePayments(Utf8JsonWriter json, IReadOnlyList<StoredPayment> payments)
    {
        json.WriteStartArray("payments"u8);
        foreach (var payment in payments) WritePayment(json, payment);
        json.WriteEndArray();
    }

    private static void WritePayment(Utf8JsonWriter json, StoredPayment payment)
    {
        json.WriteStartObject();
        json.WriteString("quote"u8, payment.Key.Quote.Value);
        json.WriteNumber("attempt"u8, payment.Key.Attempt);
        json.WriteHex("payment_hash"u8, payment.PaymentHash.Span);
        json.WriteBoolean("internal"u8, payment.IsInternal);
        json.WriteNumber("amount_msat"u8, payment.AmountMsat);
        json.WriteNumber("max_fee_msat"u8, payment.MaxFeeMsat);
        json.WriteString("node"u8, payment.Note?.Node.ToString());
        json.WriteNumberOrNull("seen_index"u8, payment.Note?.Index);
        json.WriteBoolean("shown"u8, payment.IsShown);
        json.WriteString("owner"u8, payment.Owner);
        json.WriteNumber("started"u8, payment.Started);
        json.WriteNumberOrNull("ask_at"u8, payment.AskAt);
        json.WriteString("outcome"u8, payment.Outcome switch
        {
            PaymentOutcome.Open => "open",
            PaymentOutcome.Paid => "paid",
            _ => "failed",
        });
        json.WriteNumberOrNull("error"u8, payment.Error);
        json.WriteEndObject();
    }
}
