using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>What a keyset's id is the hash of, by version.</summary>
/// <remarks>docs/specs/cashu.md 4.3.</remarks>
internal static class KeysetIdHash
{
    /// <summary>00 and the first 7 bytes of the hash of all keys.</summary>
    public static KeysetId Version0(IReadOnlyList<AmountKey> keys)
    {
        var all = new byte[keys.Count * PublicKey.Length];
        for (var i = 0; i < keys.Count; i++) keys[i].Key.Span.CopyTo(all.AsSpan(i * PublicKey.Length));
        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes + 1];
        id[0] = 0;
        SHA256.HashData(all, id[1..]);
        return new KeysetId(id[..KeysetId.ShortLength]);
    }

    /// <summary>01 and the hash of a text with amounts, keys, unit, fee and expiry.</summary>
    public static KeysetId Version1(string unit, int inputFeePpk, long? finalExpiry, IReadOnlyList<AmountKey> keys)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', keys.Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Amount}:{k.Key}")));
        text.Append("|unit:").Append(unit);
        if (inputFeePpk > 0) text.Append(CultureInfo.InvariantCulture, $"|input_fee_ppk:{inputFeePpk}");
        if (finalExpiry is { } expiry and not 0) text.Append(CultureInfo.InvariantCulture, $"|final_expiry:{expiry}");
        Span<byte> id = stackalloc byte[KeysetId.LongLength];
        id[0] = 1;
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), id[1..]);
        return new KeysetId(id);
    }
}
