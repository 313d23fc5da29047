using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Tests.Backends;

/// <summary>A payment as all tests of real nodes have it.</summary>
internal static class Samples
{
    public const long AmountMsat = 21_000;

    public static Preimage Preimage { get; } = FakeNode.Preimage(0xFB); // whose base64 has characters that URLs do not

    public static PaymentHash Hash { get; } = Preimage.PaymentHash;

    public static string Base64 { get; } = Convert.ToBase64String(Hash.Span);

    public static string Base64Url { get; } = Base64.Replace('+', '-').Replace('/', '_');

    public static string Node => "03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad";

    public static TimeSpan Minute { get; } = TimeSpan.FromMinutes(1);

    public static string Request { get; } = Invoice(AmountMsat, Hash);

    public static string Amountless { get; } = Invoice(null, Hash);

    public static string Invoice(long? amountMsat, PaymentHash hash) => Bolt11.Encode(new Bolt11Invoice
    {
        Network = "bcrt",
        AmountMsat = amountMsat,
        Timestamp = 1_700_000_000,
        PaymentHash = hash,
        PaymentSecret = FakeNode.Bytes(6),
        Description = "Turnpike",
        Features = [8, 14],
    }, FakeNode.Bytes(7));
}
