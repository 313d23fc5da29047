using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Soak;

/// <summary>The mint's keys, and what a wallet makes of them: outputs before it asks, coins of what it is answered.</summary>
internal sealed class SoakKeyset(string id, IReadOnlyDictionary<ulong, PublicKey> keys, Dice dice)
{
    /// <summary>The keyset's id.</summary>
    public string Id => id;

    /// <summary>The first keyset of an answer to <c>GET /v1/keys</c>.</summary>
    public static SoakKeyset Read(JsonNode answer, Dice dice)
    {
        var keyset = answer["keysets"]![0]!;
        var keys = keyset["keys"]!.AsObject().ToDictionary(
            key => ulong.Parse(key.Key, CultureInfo.InvariantCulture), key => Point((string)key.Value!));
        return new SoakKeyset((string)keyset["id"]!, keys, dice);
    }

    /// <summary>Outputs with secrets and blinding factors of their own.</summary>
    public SoakOutput[] Outputs(IReadOnlyList<ulong> amounts)
    {
        var outputs = new SoakOutput[amounts.Count];
        Span<byte> secret = stackalloc byte[32];
        for (var i = 0; i < outputs.Length; i++)
        {
            dice.Fill(secret);
            outputs[i] = Output(amounts[i], Convert.ToHexStringLower(secret));
        }

        return outputs;
    }

    /// <summary>An output with a given secret.</summary>
    public SoakOutput Output(ulong amount, string secret)
    {
        var r = new byte[32];
        dice.Fill(r.AsSpan(1));     // below the group's order
        return BlindSignatures.TryBlind(Y(secret), r, out var blinded)
            ? new SoakOutput(amount, secret, r, blinded.ToString())
            : throw new InvalidOperationException("A blinding factor that is none.");
    }

    /// <summary>The coins of signed outputs.</summary>
    public IEnumerable<SoakCoin> Unblind(IEnumerable<SoakOutput> outputs, JsonArray signatures) =>
        outputs.Zip(signatures, (output, signature) => Unblind(output, signature!));

    /// <summary>Outputs as they are sent.</summary>
    public JsonArray Json(IEnumerable<SoakOutput> outputs) => [.. outputs.Select(o => (JsonNode)new JsonObject
    {
        ["amount"] = o.Amount, ["id"] = id, ["B_"] = o.Blinded,
    })];

    /// <summary>Coins as they are spent.</summary>
    public JsonArray Json(IEnumerable<SoakCoin> coins) => [.. coins.Select(c => (JsonNode)new JsonObject
    {
        ["amount"] = c.Amount, ["id"] = id, ["secret"] = c.Secret, ["C"] = c.C,
    })];

    /// <summary>What the mint knows a coin by.</summary>
    public static PublicKey Y(string secret) => HashToCurve.Hash(Encoding.UTF8.GetBytes(secret)).Compressed;

    private SoakCoin Unblind(SoakOutput output, JsonNode signature) =>
        BlindSignatures.TryUnblind(Point((string)signature["C_"]!), output.R, keys[output.Amount], out var c)
            ? new SoakCoin(output.Amount, output.Secret, c.ToString())
            : throw new InvalidOperationException("A signature that is none.");

    private static PublicKey Point(string hex) =>
        PublicKey.TryParse(hex, out var point) ? point : throw new InvalidOperationException("A point that is none.");
}
