using System.Text;
using Microsoft.AspNetCore.Http;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Endpoints;

/// <summary><c>/dev/cashu/*</c>: the world outside, as developers want it. Only with the simulated Lightning node.</summary>
/// <remarks>docs/specs/cashu.md 13.</remarks>
internal sealed class DevEndpoints(FakeLightning lightning, Credits credits)
{
    private const int MaxBody = 16 * 1024;

    /// <summary>
    /// <c>POST /dev/cashu/pay {"request"}</c>: pays an invoice of this mint, as somebody elsewhere would. Answered once it is credited.
    /// </summary>
    public Task PayAsync(HttpContext http) => RequestBody.UseAsync(http, MaxBody, async body =>
    {
        if (!DevMessages.ReadPay(body).TryGet(out var request, out var error)) await Answer.ErrorAsync(http, error);
        else if (!Bolt11.TryDecode(request, out var invoice, out var fault)) await Answer.ErrorAsync(http, CashuErrors.Malformed(fault));
        else
        {
            var status = await lightning.PayInvoiceAsync(invoice.PaymentHash, http.RequestAborted);
            if (status is InvoiceStatus.Paid paid)
            {
                await credits.CreditAsync(
                    new ReceivedPayment(invoice.PaymentHash, paid.AmountMsat, PaymentSource.Dev), http.RequestAborted);
            }

            if (status is InvoiceStatus.NotFound) await Answer.ErrorAsync(http, CashuErrors.QuoteUnknown);
            else await Answer.JsonAsync(http, 64, to => DevMessages.WritePaid(to, status is InvoiceStatus.Paid));
        }
    });

    /// <summary><c>POST /dev/cashu/invoice {"amount"?, "description"?}</c>: an invoice of a node elsewhere; the amount in sat.</summary>
    public Task InvoiceAsync(HttpContext http) => RequestBody.UseAsync(http, MaxBody, async body =>
    {
        if (!DevMessages.ReadInvoice(body).TryGet(out var request, out var error)) await Answer.ErrorAsync(http, error);
        else if (Encoding.UTF8.GetByteCount(request.Description) > Bolt11.MaxDescriptionBytes)
            await Answer.ErrorAsync(http, CashuErrors.Malformed($"description has more than {Bolt11.MaxDescriptionBytes} bytes"));
        else
        {
            var invoice = await lightning.CreateForeignInvoiceAsync(
                request.AmountMsat, request.Description, TimeSpan.FromHours(1), http.RequestAborted);
            await Answer.JsonAsync(http, 1024, to => DevMessages.WriteInvoice(to, invoice.Request, invoice.PaymentHash.ToString()));
        }
    });
}
