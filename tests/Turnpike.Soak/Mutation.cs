using System.Buffers.Binary;
using System.Text;

namespace Turnpike.Soak;

/// <summary>Spoils valid input: what a broken or hostile client might send. The same dice give the same input.</summary>
internal static class Mutation
{
    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "-0", "1e400", "1e-05", "18446744073709551616", "[]", "{}", "\"\"", "\"\\u0000\"", "\"\\ud800\"",
        "[[[[[[[[]]]]]]]]", "\"CREATE\"", "{\"a.b\":1}", "{\"$a\":1}", "{\"language\":\"klingon\"}", "{\"a\":1,\"a\":2}", "\"💸\"", "NaN",
        "9223372036854775807", "9223372036854775808", "64", "\"sat\"", "\"0200000000000000\"", "[null]",
        "{\"amountless\":{\"amount_msat\":1}}",
    ];

    private static readonly string[] s_queryValues =
    [
        "", "0", "-1", "1", "99999999999999999999", "true", "TRUE", "maybe", "CREATE", "nothing", "%00", "%ff%fe", "%", "%zz", "a,b,,c",
        "' OR 1=1 --", "\"", "\"unclosed", "-", "--", "NEAR(a b)", "a*", "*", "^", "../../etc/passwd", "💸", "1e3", "0x10", " ",
    ];

    private static readonly string[] s_queryNames =
    [
        "asset_id", "asset_ids", "operation", "last_tx", "public_key", "spent", "transaction_id", "search", "limit", "after", "from_height",
        "include", "dialect", "caught_up", "involves", "mode", "detail", "foo", "", "%00",
    ];

    private static readonly string[] s_paths =
    [
        "/", "/api/v1", "/api/v1/", "/api/v1/transactions", "/api/v1/transactions/", "/api/v1/outputs", "/api/v1/blocks", "/api/v1/blocks/",
        "/api/v1/blocks/latest", "/api/v1/assets", "/api/v1/metadata", "/api/v1/validators", "/api/v1/streams/",
        "/api/v1/streams/valid_transactions", "/api/v1/streams/valid_blocks", "/api/v1/assets/", "/api/v1/metadata/",
    ];

    /// <summary>A transaction's body with one to four changes of its bytes or its JSON.</summary>
    public static byte[] Body(byte[] valid, Dice dice)
    {
        var bytes = valid.ToList();
        for (var changes = 1 + dice.Skewed(4); changes > 0; changes--) Change(bytes, dice);
        return [.. bytes];
    }

    /// <summary>A body with blanks between its tokens and some characters written as escapes: the same transaction, valid as before.</summary>
    public static byte[] Respaced(byte[] valid, Dice dice)
    {
        var bytes = new List<byte>(valid.Length * 2);
        var isText = false;
        for (var i = 0; i < valid.Length; i++)
        {
            if (valid[i] == '"' && valid[i - 1] != '\\') isText = !isText;
            if (isText && valid[i] == 'e' && valid[i - 1] != '\\' && dice.OnceIn(4)) bytes.AddRange("\\u0065"u8);
            else bytes.Add(valid[i]);
            if (!isText && (valid[i] is (byte)':' or (byte)',') && dice.OnceIn(3))
                bytes.AddRange(Encoding.ASCII.GetBytes(dice.Of(" ", "\n", "\t\t", "\r\n  ")));
        }
        return [.. bytes];
    }

    /// <summary>A path with a query, often a strange one; ASCII without blanks, so that it is a request line still.</summary>
    /// <param name="ids">Ids and keys that exist.</param>
    /// <param name="dice">The dice.</param>
    public static string Target(IReadOnlyList<string> ids, Dice dice) => Target(s_paths, ids, dice);

    /// <inheritdoc cref="Target(IReadOnlyList{string}, Dice)"/>
    /// <param name="paths">Paths to begin with.</param>
    /// <param name="ids">Ids and keys that exist.</param>
    /// <param name="dice">The dice.</param>
    public static string Target(string[] paths, IReadOnlyList<string> ids, Dice dice)
    {
        var target = new StringBuilder(dice.Of(paths));
        if (dice.OnceIn(3)) target.Append(dice.OnceIn(2) ? Value() : Uri.EscapeDataString(Value()));
        for (var i = dice.Next(4); i > 0; i--)
        {
            target.Append(target.ToString().Contains('?', StringComparison.Ordinal) ? '&' : '?')
                .Append(dice.Of(s_queryNames)).Append(dice.OnceIn(10) ? "" : "=").Append(Value());
        }
        var text = target.ToString().Select(c => c is > ' ' and < '\x7f' ? c : '+').ToArray();
        if (dice.OnceIn(4)) text[dice.Next(text.Length)] = (char)(0x21 + dice.Next(0x5E));
        return new string(text);

        string Value() => dice.OnceIn(2) ? ids[dice.Next(ids.Count)] : dice.Of(s_queryValues);
    }

    /// <summary>One to six masked frames, then some of their bytes changed.</summary>
    public static byte[] Frames(Dice dice)
    {
        var bytes = new List<byte>();
        for (var i = 1 + dice.Next(6); i > 0; i--) AppendFrame(bytes, dice);
        if (dice.OnceIn(4)) return [.. bytes];
        for (var i = 1 + dice.Skewed(6); i > 0 && bytes.Count > 0; i--)
        {
            var at = dice.OnceIn(2) ? dice.Skewed(bytes.Count) : dice.Next(bytes.Count);
            switch (dice.Next(4))
            {
                case 0: bytes[at] ^= (byte)(1 << dice.Next(8)); break;
                case 1: bytes[at] = (byte)dice.Next(256); break;
                case 2: bytes.RemoveAt(at); break;
                default: bytes.Insert(at, (byte)dice.Next(256)); break;
            }
        }
        return [.. bytes];
    }

    private static void AppendFrame(List<byte> bytes, Dice dice)
    {
        var opcode = dice.Of(0x1, 0x1, 0x2, 0x0, 0x8, 0x9, 0xA, dice.Next(16));
        var payload = new byte[dice.OnceIn(20) ? dice.Next(70_000) : dice.Skewed(300)];
        dice.Fill(payload);
        if (opcode == 8 && payload.Length >= 2 && !dice.OnceIn(3)) BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)(1000 + dice.Next(16)));
        AppendFrame(bytes, (dice.OnceIn(4) ? 0 : 0x80) | opcode, payload, dice);
    }

    /// <summary>A masked frame, as it must be.</summary>
    public static void AppendFrame(List<byte> bytes, int head, ReadOnlySpan<byte> payload, Dice dice)
    {
        bytes.Add((byte)head);
        AppendLength(bytes, payload.Length);
        Span<byte> mask = stackalloc byte[4];
        dice.Fill(mask);
        bytes.AddRange(mask);
        for (var i = 0; i < payload.Length; i++) bytes.Add((byte)(payload[i] ^ mask[i & 3]));
    }

    private static void AppendLength(List<byte> bytes, int length)
    {
        Span<byte> large = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(large, length);
        bytes.Add((byte)(0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)));
        if (length >= 126) bytes.AddRange(length < 65_536 ? large[6..] : large);
    }

    private static void Change(List<byte> bytes, Dice dice)
    {
        if (bytes.Count == 0) return;
        var at = dice.Next(bytes.Count);
        var length = Math.Min(1 + dice.Skewed(40), bytes.Count - at);
        switch (dice.Next(8))
        {
            case 0: bytes[at] ^= (byte)(1 << dice.Next(8)); break;
            case 1: bytes[at] = (byte)dice.Next(256); break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5: ReplaceValue(bytes, at, Encoding.UTF8.GetBytes(dice.Of(s_values))); break;
            case 6: bytes.InsertRange(at, Encoding.UTF8.GetBytes(dice.Of(s_values))); break;
            default: bytes.InsertRange(at, Enumerable.Repeat(dice.Of("[{ \"9"u8), 1 << dice.Next(12))); break;
        }
    }

    /// <summary>Replaces what stands after the next colon up to the next comma or bracket: mostly a whole value.</summary>
    private static void ReplaceValue(List<byte> bytes, int from, byte[] value)
    {
        var colon = bytes.IndexOf((byte)':', from);
        if (colon < 0) return;
        var end = bytes.FindIndex(colon, b => b is (byte)',' or (byte)'}' or (byte)']');
        if (end < 0) return;
        bytes.RemoveRange(colon + 1, end - colon - 1);
        bytes.InsertRange(colon + 1, value);
    }
}
