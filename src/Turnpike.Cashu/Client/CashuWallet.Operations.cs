using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <content>Requests from the wallet's file to the mint, and what became of them back into the file.</content>
public sealed partial class CashuWallet
{
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);

    /// <summary>Finds out what became of requests that a crash or a lost connection left open. Call it when a wallet is opened.</summary>
    /// <param name="cancellation">Gives up; what is not known then stays open.</param>
    /// <returns>How many are open still: payments that are under way.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<int> RecoverAsync(CancellationToken cancellation)
    {
        foreach (var operation in _file.Model.Operations)
        {
            bool isRunning;
            lock (_running) isRunning = _running.Contains(operation.Id);
            if (!isRunning) await RunAsync(operation, cancellation);
        }

        return _file.Model.Operations.Count;
    }

    /// <summary>Sends a request that is in the file. By two at once it would be sent twice, and is carried out and taken in once.</summary>
    private async Task<Outcome> RunAsync(OperationModel operation, CancellationToken cancellation)
    {
        lock (_running) _running.Add(operation.Id);
        try
        {
            return operation.Kind == OperationModel.Melt
                ? await RunMeltAsync(operation, cancellation)
                : await RunSigningAsync(operation, cancellation);
        }
        finally
        {
            lock (_running) _running.Remove(operation.Id);
        }
    }

    private async Task<Outcome> RunSigningAsync(OperationModel operation, CancellationToken cancellation)
    {
        var path = operation.Kind == OperationModel.Mint ? "v1/mint/bolt11" : "v1/swap";
        var answer = await _client.SignAsync(path, Encoding.UTF8.GetBytes(operation.Body), cancellation);
        if (answer.TryGet(out var signatures, out var error)) return await FinishAsync(operation, signatures, null, cancellation);
        // Refused, because it was carried out before: a mint that remembers no answers says so, and restores the signatures.
        if (error.Code is 11001 or 11003 or 20002 && await RestoreSignaturesAsync(operation, cancellation) is { } restored)
            return await FinishAsync(operation, restored, null, cancellation);
        await AbandonAsync(operation, error, cancellation);
        return new Outcome { Error = error };
    }

    private async Task<IReadOnlyList<BlindSignature>?> RestoreSignaturesAsync(OperationModel operation, CancellationToken cancellation)
    {
        List<PlannedOutput> outputs = [.. operation.Outputs.Select(PlannedOutput.Of)];
        var answer = await _client.RestoreAsync([.. outputs.Select(o => o.Message)], cancellation);
        if (!answer.TryGet(out var signed, out _) || !outputs.All(o => signed.ContainsKey(o.Blinded))) return null;
        return [.. outputs.Select(o => signed[o.Blinded])];
    }

    /// <summary>Signatures into proofs, the request out of the file: in one change of the file.</summary>
    private async Task<Outcome> FinishAsync(
        OperationModel operation, IReadOnlyList<BlindSignature> signatures, MeltQuoteStatus? melted, CancellationToken cancellation)
    {
        List<PlannedOutput> outputs = [.. operation.Outputs.Select(PlannedOutput.Of)];
        var isShort = melted is null ? signatures.Count != outputs.Count : signatures.Count > outputs.Count;
        if (isShort) throw new CashuClientException($"The mint was to sign {outputs.Count} outputs and signed {signatures.Count}");
        var (kept, sent) = (new List<OwnedProof>(), new List<OwnedProof>());
        for (var i = 0; i < signatures.Count; i++)
        {
            if (!(await _keysets.FindAsync(outputs[i].Keyset, cancellation)).TryGet(out var keyset, out var error))
                throw new CashuClientException($"The mint signed with a keyset that it does not know: {error.Message}");
            (outputs[i].IsSent ? sent : kept).Add(outputs[i].Unblind(signatures[i], keyset));
        }

        var token = sent.Count == 0 ? null : new Token(_file.Model.Mint, _file.Unit, sent, operation.Memo);
        _file.Change(w =>
        {
            if (w.Operations.All(o => o.Id != operation.Id)) return w;      // another call was quicker
            var changed = Without(w, operation, operation.Inputs);
            return changed with
            {
                Proofs = [.. changed.Proofs, .. kept.Select(ProofModel.Of)],
                Quotes = [.. changed.Quotes.Where(q => q.Id != operation.Quote)],
                Sent = token is null ? changed.Sent : [.. changed.Sent, new SentModel(Tokens.Encode(token), token.Amount)],
            };
        });
        return new Outcome { IsDone = true, Received = Sum(kept), Token = token, Melt = melted };
    }

    /// <summary>The request was refused for good: its inputs are free again, but for those that are spent.</summary>
    private async Task AbandonAsync(OperationModel operation, ProtocolError error, CancellationToken cancellation)
    {
        IReadOnlyList<string> gone = [];
        if (error.Code == CashuErrors.ProofsSpent.Code && operation.Inputs.Count > 0)
        {
            var inputs = Proofs(_file.Model).Where(p => operation.Inputs.Contains(p.Secret)).ToList();
            var states = await _client.CheckStateAsync([.. inputs.Select(p => p.Y)], cancellation);
            if (states.TryGet(out var known, out _))
                gone = [.. inputs.Zip(known).Where(p => p.Second.State == ProofState.Spent).Select(p => p.First.Secret)];
        }

        _file.Change(w => Without(w, operation, gone));
    }

    private static WalletModel Without(WalletModel wallet, OperationModel operation, IReadOnlyList<string> spent)
    {
        var secrets = spent.ToHashSet(StringComparer.Ordinal);
        return wallet with
        {
            Operations = [.. wallet.Operations.Where(o => o.Id != operation.Id)],
            Proofs = [.. wallet.Proofs.Where(p => !secrets.Contains(p.Secret))],
        };
    }

    /// <summary>What became of a request.</summary>
    private readonly record struct Outcome
    {
        /// <summary>The mint's refusal.</summary>
        public ProtocolError? Error { get; init; }

        /// <summary>Whether it was carried out; neither this nor an error while a payment is under way.</summary>
        public bool IsDone { get; init; }

        /// <summary>What came into the wallet.</summary>
        public ulong Received { get; init; }

        /// <summary>The token that was made.</summary>
        public Token? Token { get; init; }

        /// <summary>The quote that was melted.</summary>
        public MeltQuoteStatus? Melt { get; init; }
    }
}
