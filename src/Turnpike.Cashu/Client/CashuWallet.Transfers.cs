using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <content>Sending and receiving.</content>
public sealed partial class CashuWallet
{
    private async Task<Result<Token>> SendOnceAsync(ulong amount, SendOptions options, CancellationToken cancellation)
    {
        if (amount == 0) return WalletErrors.NotEnough(1, Balance);
        if (!(await _keysets.ActiveAsync(cancellation)).TryGet(out var keyset, out var error)) return error;
        var fees = await _keysets.FeesAsync(cancellation);
        if (options.Lock is null && TakeExactly(amount, options, fees) is { } ready) return ready;

        OperationModel? operation = null;
        _file.Change(w =>
        {
            (operation, var changed) = PlanSend(w, amount, options, keyset, fees);
            return changed;
        });
        if (operation is null) return WalletErrors.NotEnough(amount, Balance);
        var outcome = await RunAsync(operation, cancellation);
        return outcome.Error is { } refused ? refused : outcome.Token!;
    }

    /// <summary>Proofs that are there already need no swap: they leave the wallet, and the wallet remembers the token.</summary>
    private Token? TakeExactly(ulong amount, SendOptions options, Func<OwnedProof, int> fees)
    {
        Token? token = null;
        _file.Change(w =>
        {
            if (ProofSelection.Exactly(Free(w), amount, options.IncludesFee ? fees : _ => 0) is not { } proofs) return w;
            token = new Token(w.Mint, w.Unit, proofs, options.Memo);
            var secrets = proofs.Select(p => p.Secret).ToHashSet(StringComparer.Ordinal);
            return w with
            {
                Proofs = [.. w.Proofs.Where(p => !secrets.Contains(p.Secret))],
                Sent = [.. w.Sent, new SentModel(Tokens.Encode(token), token.Amount)],
            };
        });
        return token;
    }

    private (OperationModel? Operation, WalletModel Wallet) PlanSend(
        WalletModel wallet, ulong amount, SendOptions options, Keyset keyset, Func<OwnedProof, int> fees)
    {
        var sent = amount + (options.IncludesFee ? FeeOfReceiving(keyset, amount) : 0);
        var free = Free(wallet);
        if (ProofSelection.Cover(free, sent, fees) is not { } inputs) return (null, wallet);
        var planner = new OutputPlanner(wallet, _secrets);
        var change = Sum(inputs) - Amounts.InputFee(inputs.Select(fees)) - sent;
        // By rising amount, so that the mint cannot tell what is sent from what is kept.
        List<PlannedOutput> outputs =
            [.. planner.PlanSent(keyset, sent, options.Lock).Concat(planner.Plan(keyset, change)).OrderBy(o => o.Amount)];
        var body = SwapBody([.. inputs.Select(p => p.ToInput())], outputs);
        var operation = OutputPlanner.Operation(OperationModel.Swap, body, inputs.Select(p => p.Secret), outputs);
        operation = operation with { Memo = options.Memo };
        return (operation, planner.Add(operation));
    }

    private async Task<Result<ulong>> ReceiveOnceAsync(Token token, ReceiveOptions options, CancellationToken cancellation)
    {
        if (!IsOurs(token)) return WalletErrors.OtherMint(token.Mint, token.Unit);
        if (!(await VerifyAsync(token, options, cancellation)).TryGet(out var proofs, out var error)) return error;
        if (!(await _keysets.ActiveAsync(cancellation)).TryGet(out var keyset, out error)) return error;
        var fees = await _keysets.FeesAsync(cancellation);
        var fee = Amounts.InputFee(proofs.Select(fees));
        if (Sum(proofs) <= fee) return WalletErrors.NotEnough(fee + 1, Sum(proofs));

        OperationModel? operation = null;
        ProtocolError? locked = null;
        _file.Change(w =>
        {
            var planner = new OutputPlanner(w, _secrets);
            var outputs = planner.Plan(keyset, Sum(proofs) - fee);
            IReadOnlyList<BlindedMessage> messages = [.. outputs.Select(o => o.Message)];
            if (!Unlocking.Open(proofs, messages, options, _clock.GetUtcNow()).TryGet(out var inputs, out locked)) return w;
            operation = OutputPlanner.Operation(OperationModel.Swap, SwapBody(inputs, outputs), [], outputs);
            return planner.Add(operation);
        });
        if (operation is null) return locked!;
        var outcome = await RunAsync(operation, cancellation);
        if (outcome.Error is { } refused) return refused;
        // A token of our own that came back.
        var text = Tokens.Encode(token);
        _file.Change(w => w with { Sent = [.. w.Sent.Where(s => s.Token != text)] });
        return outcome.Received;
    }

    /// <summary>The proofs with full ids; each of an amount that has a key, and signed with it as far as it says.</summary>
    private async Task<Result<IReadOnlyList<OwnedProof>>> VerifyAsync(Token token, ReceiveOptions options, CancellationToken cancellation)
    {
        var proofs = new List<OwnedProof>();
        foreach (var proof in token.Proofs)
        {
            if (await _keysets.ResolveAsync(proof.Id, cancellation) is not { } id) return WalletErrors.KeysetNotFound(proof.Id.ToString());
            if (!(await _keysets.FindAsync(id, cancellation)).TryGet(out var keyset, out var error)) return error;
            if (!keyset.TryGetKey(proof.Amount, out var key)) return WalletErrors.KeysetNotFound(id.ToString());
            var isShown = proof is { Dleq: not null, BlindingFactor: not null };
            if ((isShown && !proof.IsSignedWith(key)) || (options.RequireEvidence && !isShown)) return WalletErrors.NotSigned;
            proofs.Add(proof with { Id = id });
        }

        return Result.Ok<IReadOnlyList<OwnedProof>>(proofs);
    }

    private bool IsOurs(Token token) => token.Unit == _file.Unit && Uri.TryCreate(token.Mint, UriKind.Absolute, out var mint)
        && mint.AbsoluteUri.TrimEnd('/') == _file.Mint.AbsoluteUri.TrimEnd('/');

    /// <summary>What the receiver pays for an amount and for this fee itself.</summary>
    private static ulong FeeOfReceiving(Keyset keyset, ulong amount)
    {
        var fee = 0UL;
        while (true)
        {
            var count = OutputPlanner.Split(keyset, amount + fee).Count;
            var needed = Amounts.InputFee(Enumerable.Repeat(keyset.InputFeePpk, count));
            // More than needed where a smaller fee would split into more parts: the receiver's gain.
            if (needed <= fee) return fee;
            fee = needed;
        }
    }

    private static byte[] SwapBody(IReadOnlyList<Proof> inputs, IReadOnlyList<PlannedOutput> outputs)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>(4096);
        SwapMessages.Write(body, new SwapRequest(inputs, [.. outputs.Select(o => o.Message)]));
        return body.WrittenSpan.ToArray();
    }
}
