using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <content>Paying invoices.</content>
public sealed partial class CashuWallet
{
    /// <summary>Asks what it takes to pay an invoice.</summary>
    /// <param name="invoice">BOLT 11, with an amount.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The quote; or the mint's refusal.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public Task<Result<MeltQuoteStatus>> RequestMeltAsync(string invoice, CancellationToken cancellation) =>
        _client.CreateMeltQuoteAsync(new MeltQuoteRequest(invoice, _file.Unit, null), cancellation);

    /// <summary>Pays.</summary>
    /// <param name="quote">From <see cref="RequestMeltAsync"/>.</param>
    /// <param name="cancellation">Gives up; the payment may go on.</param>
    /// <returns>How it stands: paid, or under way, which <see cref="RecoverAsync"/> looks after; or not_enough, or the mint's
    /// refusal.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public Task<Result<MeltOutcome>> MeltAsync(MeltQuoteStatus quote, CancellationToken cancellation) =>
        WithKeysetsAsync<MeltOutcome>(async () =>
        {
            if (!(await _keysets.ActiveAsync(cancellation)).TryGet(out var keyset, out var error)) return error;
            var fees = await _keysets.FeesAsync(cancellation);
            OperationModel? operation = null;
            var spent = 0UL;
            _file.Change(w =>
            {
                (operation, spent, var changed) = PlanMelt(w, quote, keyset, fees);
                return changed;
            });
            if (operation is null) return WalletErrors.NotEnough(quote.Amount + quote.FeeReserve, Balance);
            var outcome = await RunAsync(operation, cancellation);
            if (outcome.Error is { } refused) return refused;
            return outcome.IsDone
                ? new MeltOutcome(MeltQuoteState.Paid, outcome.Melt!.Preimage, spent - outcome.Received - quote.Amount)
                : new MeltOutcome(MeltQuoteState.Pending, null, 0);
        }, cancellation);

    private (OperationModel? Operation, ulong Spent, WalletModel Wallet) PlanMelt(
        WalletModel wallet, MeltQuoteStatus quote, Keyset keyset, Func<OwnedProof, int> fees)
    {
        if (ProofSelection.Cover(Free(wallet), quote.Amount + quote.FeeReserve, fees) is not { } inputs) return (null, 0, wallet);
        var planner = new OutputPlanner(wallet, _secrets);
        var blanks = planner.PlanBlanks(keyset, Sum(inputs) - Amounts.InputFee(inputs.Select(fees)) - quote.Amount);
        var body = CashuClient.Body(json =>
        {
            json.WriteString("quote"u8, quote.Id.Value);
            ProofJson.WriteList(json, "inputs"u8, [.. inputs.Select(p => p.ToInput())]);
            OutputJson.WriteList(json, "outputs"u8, [.. blanks.Select(b => b.Message)]);
        });
        var operation = OutputPlanner.Operation(OperationModel.Melt, body, inputs.Select(p => p.Secret), blanks);
        operation = operation with { Quote = quote.Id.Value };
        return (operation, Sum(inputs), planner.Add(operation));
    }

    private async Task<Outcome> RunMeltAsync(OperationModel operation, CancellationToken cancellation)
    {
        var id = new QuoteId(operation.Quote!);
        // Once the mint has said that it pays, the same body again could be a second attempt.
        var answer = operation.IsPending
            ? await _client.GetMeltQuoteAsync(id, cancellation)
            : await _client.MeltAsync(Encoding.UTF8.GetBytes(operation.Body), cancellation);
        if (!answer.TryGet(out var status, out var error))
        {
            // What was refused just now may have been accepted the time before, when no answer came.
            var quote = await _client.GetMeltQuoteAsync(id, cancellation);
            if (!quote.TryGet(out status, out _) || status.State == MeltQuoteState.Unpaid || !await IsOursAsync(operation, cancellation))
            {
                await AbandonAsync(operation, error, cancellation);
                return new Outcome { Error = error };
            }
        }

        switch (status.State)
        {
            case MeltQuoteState.Paid:
                return await FinishAsync(operation, status.Change ?? [], status, cancellation);
            case MeltQuoteState.Pending:
                _file.Change(w => w with
                {
                    Operations = [.. w.Operations.Select(o => o.Id == operation.Id ? o with { IsPending = true } : o)],
                });
                return new Outcome { Melt = status };
            default:
                await AbandonAsync(operation, CashuErrors.LightningFailed, cancellation);
                return new Outcome { Error = CashuErrors.LightningFailed };
        }
    }

    /// <summary>Whether it is with this request's proofs that the quote is paid, and not with those of another attempt.</summary>
    private async Task<bool> IsOursAsync(OperationModel operation, CancellationToken cancellation)
    {
        var inputs = Proofs(_file.Model).Where(p => operation.Inputs.Contains(p.Secret)).ToList();
        var states = await _client.CheckStateAsync([.. inputs.Select(p => p.Y)], cancellation);
        return states.TryGet(out var known, out _) && known.All(s => s.State != ProofState.Unspent);
    }
}
