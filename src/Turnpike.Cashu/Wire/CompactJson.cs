using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Turnpike.Cashu.Wire;

/// <summary>JSON without white space.</summary>
internal static class CompactJson
{
    /// <summary>The same JSON without white space between its tokens; these stay as they are.</summary>
    /// <param name="utf8">One value, known to be JSON.</param>
    /// <returns>Null if a string is not Unicode text.</returns>
    public static string? Of(ReadOnlySpan<byte> utf8)
    {
        var compact = new ArrayBufferWriter<byte>(utf8.Length);
        var isText = false;
        var isEscaped = false;
        foreach (var octet in utf8)
        {
            if (!isText && octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') continue;
            if (octet == '"' && !isEscaped) isText = !isText;
            isEscaped = octet == '\\' && !isEscaped;
            compact.Write([octet]);
        }

        return HasHalfPairs(compact.WrittenSpan) ? null : Encoding.UTF8.GetString(compact.WrittenSpan);
    }

    private static bool HasHalfPairs(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8);
        try
        {
            while (json.Read())
            {
                if (json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && json.ValueIsEscaped) json.GetString();
            }

            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
