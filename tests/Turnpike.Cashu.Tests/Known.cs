using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Tests;

/// <summary>Values for tests.</summary>
internal static class Known
{
    public const string Generator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    public static readonly LimitOptions Limits = new();

    public static readonly MintKeys Keys = MintKeys.FromMintSeed(new byte[32]);

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    public static PublicKey Key(string hex)
    {
        Assert.True(PublicKey.TryParse(hex, out var key), hex);
        return key;
    }

    public static CurvePoint Point(string hex)
    {
        Assert.True(CurvePoint.TryRead(Bytes(hex), out var point), hex);
        return point;
    }

    public static PointText Text(string hex)
    {
        Assert.True(PointText.TryParse(Encoding.ASCII.GetBytes(hex), out var text), hex);
        return text;
    }

    public static KeysetId Id(string hex)
    {
        Assert.True(KeysetId.TryParse(hex, out var id), hex);
        return id;
    }

    public static MintKeyset Keyset(int index = 0, string unit = "sat", int order = 8, int fee = 0, long? expiry = null, bool active = true) =>
        Keys.Keyset(unit, index, 1, order, fee, expiry, active);

    /// <summary>A proof as a wallet ends up with it, by all the steps.</summary>
    public static Proof Proof(MintKeyset keyset, ulong amount, string secret, Witness? witness = null)
    {
        var r = new byte[32];
        r[31] = 7;
        Assert.True(BlindSignatures.TryBlind(HashToCurve.Hash(Encoding.UTF8.GetBytes(secret)).Compressed, r, out var blinded));
        Assert.True(CurvePoint.TryFrom(blinded, out var point));
        var signature = Signer.Sign(keyset, amount, point);
        Assert.True(keyset.Keyset.TryGetKey(amount, out var key));
        Assert.True(signature.Dleq.Verify(key, blinded, signature.Signature));
        Assert.True(BlindSignatures.TryUnblind(signature.Signature, r, key, out var c));
        return new Proof(amount, keyset.Id, SecretJson.Parse(Encoding.UTF8.GetBytes(secret)), PointText.Of(c), witness);
    }

    /// <summary>An output for a number.</summary>
    public static BlindedMessage Output(MintKeyset keyset, ulong amount, int number) =>
        new(amount, keyset.Id, PointText.Of(HashToCurve.Hash(BitConverter.GetBytes(number)).Compressed));

    public static SwapRequest Swap(JsonElement request) => Ok(SwapMessages.Read(Encoding.UTF8.GetBytes(request.GetRawText()), Limits));

    public static T Ok<T>(Kernel.Result<T> result)
    {
        Assert.True(result.TryGet(out var value, out var error), error?.Message);
        return value!;
    }

    public static int Code<T>(Kernel.Result<T> result) => result.Error?.Code ?? 0;

    public static MintQuote MintQuote(ulong amount, ulong paid = 0, ulong issued = 0, string unit = "sat", string id = "q") => new()
    {
        Id = new QuoteId(id),
        Unit = unit,
        Amount = amount,
        Request = "lnbcrt1",
        PaymentHash = default,
        Node = Key(Generator),
        Expiry = 1711036570,
        AmountPaid = paid,
        AmountIssued = issued,
        Created = 1711032970,
        UpdatedAt = 1711032970,
    };

    public static MeltQuote MeltQuote(ulong amount, ulong reserve, MeltQuoteState state = MeltQuoteState.Unpaid, string unit = "sat") => new()
    {
        Id = new QuoteId("m"),
        Unit = unit,
        Request = "lnbcrt1",
        PaymentHash = default,
        Amount = amount,
        AmountMsat = 1000,
        FeeReserve = reserve,
        State = state,
        Expiry = 1701704757,
        Created = 1701701157,
        UpdatedAt = 1701701157,
    };
}
