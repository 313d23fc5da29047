using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>A wallet that speaks HTTP only. Its secrets are numbered, so that runs repeat.</summary>
internal sealed class TestWallet(MintHost mint, string name = "w")
{
    private int _count;

    /// <summary>The mint's key set that it uses: the unit's active one.</summary>
    public MintKeyset Keyset(string unit = "sat") => mint.Keyring.View.Keysets.Active(unit).First();

    /// <summary>A fresh output; a secret of its own unless one is given.</summary>
    public PreparedOutput Output(ulong amount, string? secret = null, MintKeyset? keyset = null)
    {
        keyset ??= Keyset();
        var number = Interlocked.Increment(ref _count);
        secret ??= string.Create(CultureInfo.InvariantCulture, $"{name} {number}");
        var r = new byte[32];
        BitConverter.TryWriteBytes(r.AsSpan(8), number);
        r[31] = 1;
        Assert.True(BlindSignatures.TryBlind(HashToCurve.Hash(Encoding.UTF8.GetBytes(secret)).Compressed, r, out var blinded));
        return new PreparedOutput(amount, keyset, secret, r, blinded);
    }

    public PreparedOutput[] Outputs(params ulong[] amounts) => [.. amounts.Select(a => Output(a))];

    /// <summary>A quote that is paid.</summary>
    public async Task<string> PaidQuoteAsync(ulong amount, string unit = "sat", string? pubkey = null)
    {
        var quote = await QuoteAsync(amount, unit, pubkey);
        await PayAsync(quote);
        return (string)quote["quote"]!;
    }

    public Task<JsonNode> QuoteAsync(ulong amount, string unit = "sat", string? pubkey = null) => mint.OkAsync(
        "/v1/mint/quote/bolt11", new JsonObject { ["amount"] = amount, ["unit"] = unit, ["pubkey"] = pubkey });

    public Task<JsonNode> PayAsync(JsonNode quote) =>
        mint.OkAsync("/dev/cashu/pay", new JsonObject { ["request"] = (string)quote["request"]! });

    /// <summary>Ecash for nothing.</summary>
    public async Task<Proof[]> MintAsync(params ulong[] amounts)
    {
        var quote = await PaidQuoteAsync(amounts.Aggregate(0UL, (sum, a) => sum + a));
        var outputs = Outputs(amounts);
        return Unblind(outputs, await mint.OkAsync("/v1/mint/bolt11", Mint(quote, outputs)));
    }

    public async Task<Proof[]> SwapAsync(Proof[] inputs, params ulong[] amounts)
    {
        var outputs = Outputs(amounts);
        return Unblind(outputs, await mint.OkAsync("/v1/swap", Swap(inputs, outputs)));
    }

    public static JsonObject Mint(string quote, IEnumerable<PreparedOutput> outputs, string? signature = null) =>
        new() { ["quote"] = quote, ["outputs"] = Json(outputs), ["signature"] = signature };

    public static JsonObject Swap(IEnumerable<Proof> inputs, IEnumerable<PreparedOutput> outputs) =>
        new() { ["inputs"] = Json(inputs), ["outputs"] = Json(outputs) };

    public static JsonArray Json(IEnumerable<PreparedOutput> outputs) => [.. outputs.Select(o => (JsonNode)new JsonObject
    {
        ["amount"] = o.Amount, ["id"] = o.Keyset.Id.ToString(), ["B_"] = o.Blinded.ToString(),
    })];

    public static JsonArray Json(IEnumerable<Proof> proofs) => [.. proofs.Select(p => (JsonNode)new JsonObject
    {
        ["amount"] = p.Amount, ["id"] = p.Id.ToString(), ["secret"] = Encoding.UTF8.GetString(p.Secret.Utf8.Span), ["C"] = p.C.ToString(),
        ["witness"] = p.Witness?.Text,
    })];

    public static PublicKey Y(Proof proof) => HashToCurve.Hash(proof.Secret.Utf8.Span).Compressed;

    /// <summary>Takes the signatures, each verified by its DLEQ.</summary>
    public static Proof[] Unblind(PreparedOutput[] outputs, JsonNode answer)
    {
        var signatures = answer["signatures"]!.AsArray();
        Assert.Equal(outputs.Length, signatures.Count);
        return [.. outputs.Zip(signatures, (output, signature) => Unblind(output, signature!))];
    }

    private static Proof Unblind(PreparedOutput output, JsonNode signature)
    {
        Assert.Equal((output.Amount, output.Keyset.Id.ToString()), ((ulong)signature["amount"]!, (string)signature["id"]!));
        var point = Known.Key((string)signature["C_"]!);
        Assert.True(output.Keyset.Keyset.TryGetKey(output.Amount, out var key));
        var dleq = new Dleq(Scalar((string)signature["dleq"]!["e"]!), Scalar((string)signature["dleq"]!["s"]!));
        Assert.True(dleq.Verify(key, output.Blinded, point));
        Assert.True(BlindSignatures.TryUnblind(point, output.R, key, out var c));
        return new Proof(output.Amount, output.Keyset.Id, SecretJson.Parse(Encoding.UTF8.GetBytes(output.Secret)), PointText.Of(c));
    }

    private static Scalar Scalar(string hex) => new(Known.Bytes(hex));
}

/// <summary>An output that waits for its signature.</summary>
internal sealed record PreparedOutput(ulong Amount, MintKeyset Keyset, string Secret, byte[] R, PublicKey Blinded);
