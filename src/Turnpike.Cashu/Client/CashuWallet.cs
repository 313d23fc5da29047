using System.Security.Cryptography;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>
/// A wallet of one mint and unit. Whatever it asks the mint to do is in its file before the request leaves, and is asked again, with the
/// same body, until an answer came: neither a crash nor a lost answer loses ecash. Safe for use from many threads.
/// </summary>
/// <remarks>
/// docs/specs/cashu.md 5 and 7.1; NUT-13. When an <see cref="HttpRequestException"/> comes out of a method, what it did is not known yet;
/// <see cref="RecoverAsync"/> finds out.
/// </remarks>
public sealed partial class CashuWallet
{
    private readonly CashuClient _client;
    private readonly WalletFile _file;
    private readonly TimeProvider _clock;
    private readonly KeysetCache _keysets;
    private readonly DeterministicSecrets _secrets;

    /// <summary>Opens a wallet on its file.</summary>
    /// <param name="client">The mint; stays the caller's.</param>
    /// <param name="file">The file; stays the caller's.</param>
    /// <param name="clock">For lock times; null for the system's.</param>
    public CashuWallet(CashuClient client, WalletFile file, TimeProvider? clock = null)
    {
        (_client, _file, _clock) = (client, file, clock ?? TimeProvider.System);
        _keysets = new KeysetCache(client, file.Unit);
        _secrets = DeterministicSecrets.FromMnemonic(file.Words);
    }

    /// <summary>What can be spent now.</summary>
    public ulong Balance => Sum(Free(_file.Model));

    /// <summary>What requests hold whose outcome is not known yet.</summary>
    public ulong Held => Sum(Proofs(_file.Model)) - Balance;

    /// <summary>What was sent and not seen spent yet; <see cref="SettleSentAsync"/> looks.</summary>
    public ulong Sent => _file.Model.Sent.Aggregate(0UL, (sum, sent) => sum + sent.Amount);

    /// <summary>Quotes that were asked for and not minted yet.</summary>
    public IReadOnlyList<QuoteId> OpenQuotes => [.. _file.Model.Quotes.Select(q => new QuoteId(q.Id))];

    /// <summary>The tokens that <see cref="Sent"/> counts, as they were handed out.</summary>
    public IReadOnlyList<string> SentTokens => [.. _file.Model.Sent.Select(s => s.Token)];

    /// <summary>Asks for an invoice; paid, it can be minted with <see cref="MintAsync"/>, by this wallet only (NUT-20).</summary>
    /// <param name="amount">How much.</param>
    /// <param name="description">For the invoice, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The quote; or the mint's refusal.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<MintQuoteStatus>> RequestMintAsync(ulong amount, string? description, CancellationToken cancellation)
    {
        var key = NewKey(out var pubkey);
        var request = new MintQuoteRequest(amount, _file.Unit, description, pubkey.ToString());
        if (!(await _client.CreateMintQuoteAsync(request, cancellation)).TryGet(out var quote, out var error)) return error;
        _file.Change(w => w with { Quotes = [.. w.Quotes, new WalletQuoteModel(quote.Id.Value, amount, quote.Request, key.ToString())] });
        return quote;
    }

    /// <summary>Mints a paid quote of this wallet.</summary>
    /// <param name="quote">From <see cref="RequestMintAsync"/>.</param>
    /// <param name="cancellation">Gives up; the request may have been carried out.</param>
    /// <returns>What was minted; or the mint's refusal, 20001 while it is not paid.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<ulong>> MintAsync(QuoteId quote, CancellationToken cancellation)
    {
        if (_file.Model.Quotes.FirstOrDefault(q => q.Id == quote.Value) is not { } open) return WalletErrors.QuoteNotMine;
        if (_file.Model.Operations.FirstOrDefault(o => o.Kind == OperationModel.Mint && o.Quote == quote.Value) is { } begun)
        {
            var again = await RunAsync(begun, cancellation);
            return again.Error is { } failed ? failed : again.Received;
        }

        return await WithKeysetsAsync<ulong>(async () =>
        {
            if (!(await _keysets.ActiveAsync(cancellation)).TryGet(out var keyset, out var error)) return error;
            // Newer mints want the framed form; some know only the older one.
            var outcome = await RunAsync(PlanMint(open, keyset, isFramed: true), cancellation);
            if (outcome.Error?.Code == CashuErrors.MintSignatureInvalid.Code)
                outcome = await RunAsync(PlanMint(open, keyset, isFramed: false), cancellation);
            return outcome.Error is { } refused ? refused : outcome.Received;
        }, cancellation);
    }

    /// <summary>Makes a token.</summary>
    /// <param name="amount">What it is worth to the receiver.</param>
    /// <param name="options">How; null for a plain one.</param>
    /// <param name="cancellation">Gives up; the request may have been carried out.</param>
    /// <returns>The token, which the wallet keeps among <see cref="SentTokens"/> until it is spent; or not_enough, or the
    /// mint's refusal.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public Task<Result<Token>> SendAsync(ulong amount, SendOptions? options, CancellationToken cancellation) =>
        WithKeysetsAsync(() => SendOnceAsync(amount, options ?? new SendOptions(), cancellation), cancellation);

    /// <summary>Takes a token: its proofs are swapped for new ones that only this wallet knows.</summary>
    /// <param name="token">Of this wallet's mint and unit.</param>
    /// <param name="options">What opens it; null for a plain one.</param>
    /// <param name="cancellation">Gives up; the request may have been carried out.</param>
    /// <returns>What the wallet got; or why not: 11001 if it was spent before.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public Task<Result<ulong>> ReceiveAsync(Token token, ReceiveOptions? options, CancellationToken cancellation) =>
        WithKeysetsAsync(() => ReceiveOnceAsync(token, options ?? new ReceiveOptions(), cancellation), cancellation);

    private OperationModel PlanMint(WalletQuoteModel quote, Keyset keyset, bool isFramed)
    {
        OperationModel? operation = null;
        _file.Change(w =>
        {
            var planner = new OutputPlanner(w, _secrets);
            var outputs = planner.Plan(keyset, quote.Amount);
            IReadOnlyList<BlindedMessage> messages = [.. outputs.Select(o => o.Message)];
            var id = new QuoteId(quote.Id);
            var message = isFramed ? MintQuoteSignature.FramedMessage(id, messages) : MintQuoteSignature.LegacyMessage(id, messages);
            var body = CashuClient.Body(json =>
            {
                json.WriteString("quote"u8, quote.Id);
                OutputJson.WriteList(json, "outputs"u8, messages);
                json.WriteString("signature"u8, Sign(quote.Key, message));
            });
            operation = OutputPlanner.Operation(OperationModel.Mint, body, [], outputs) with { Quote = quote.Id };
            return planner.Add(operation);
        });
        return operation!;
    }

    /// <summary>After a rotation the mint refuses the keyset that this wallet remembered as active.</summary>
    private async Task<Result<T>> WithKeysetsAsync<T>(Func<Task<Result<T>>> attempt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var result = await attempt();
        if (result.Error is not { Code: 12001 or 12002 }) return result;
        _keysets.Forget();
        return await attempt();
    }

    private static Scalar NewKey(out PublicKey pubkey)
    {
        Span<byte> key = stackalloc byte[Secp256k1.SecretKeyLength];
        do RandomNumberGenerator.Fill(key); while (!Secp256k1.TryPublicKey(key, out pubkey));
        return new Scalar(key);
    }

    private static string Sign(string keyHex, byte[] message)
    {
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        Secp256k1.SignSchnorr(Convert.FromHexString(keyHex), SHA256.HashData(message), RandomNumberGenerator.GetBytes(32), signature);
        return Convert.ToHexStringLower(signature);
    }

    private static IReadOnlyList<OwnedProof> Proofs(WalletModel wallet) => [.. wallet.Proofs.Select(ReadProof)];

    /// <summary>Proofs that no request holds.</summary>
    private static IReadOnlyList<OwnedProof> Free(WalletModel wallet)
    {
        var held = wallet.Operations.SelectMany(o => o.Inputs).ToHashSet(StringComparer.Ordinal);
        return [.. wallet.Proofs.Where(p => !held.Contains(p.Secret)).Select(ReadProof)];
    }

    private static OwnedProof ReadProof(ProofModel model) =>
        model.TryRead() ?? throw new WalletFileException("The wallet's file has a proof that is none.");

    private static ulong Sum(IEnumerable<OwnedProof> proofs) => proofs.Aggregate(0UL, (sum, proof) => sum + proof.Amount);
}
