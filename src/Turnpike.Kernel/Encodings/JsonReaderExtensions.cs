using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Turnpike.Kernel.Encodings;

/// <summary>What <see cref="Utf8JsonReader"/> lacks for foreign text: reads that answer false instead of throwing.</summary>
/// <remarks>Malformed JSON still throws <see cref="JsonException"/>, in <c>Read</c>, the one place where a dialect catches it.</remarks>
public static class JsonReaderExtensions
{
    extension(ref Utf8JsonReader json)
    {
        /// <summary>Reads a token, which must be of this type.</summary>
        /// <param name="type">The type.</param>
        public bool TryRead(JsonTokenType type) => json.Read() && json.TokenType == type;

        /// <summary>True if the token just read is a string or a name with this text.</summary>
        /// <param name="utf8">The text, unescaped.</param>
        public bool IsText(ReadOnlySpan<byte> utf8)
        {
            if (json.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) return false;
            if (!json.ValueIsEscaped) return json.ValueTextLength == utf8.Length && json.TextEquals(utf8);
            try
            {
                return json.ValueTextEquals(utf8);
            }
            catch (InvalidOperationException)       // half a surrogate pair
            {
                return false;
            }
        }

        /// <summary>Reads a token, which must be a string and Unicode text.</summary>
        /// <param name="text">The text, unescaped.</param>
        public bool TryReadString([NotNullWhen(true)] out string? text)
        {
            text = null;
            return json.TryRead(JsonTokenType.String) && json.TryGetText(out text);
        }

        /// <summary>Takes the text of the string or name just read.</summary>
        /// <param name="text">The text, unescaped.</param>
        /// <returns>False for another token, for bytes that are not UTF-8 and for half a surrogate pair.</returns>
        public bool TryGetText([NotNullWhen(true)] out string? text)
        {
            text = null;
            if (json.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) return false;
            try
            {
                text = json.GetString();
            }
            catch (InvalidOperationException)
            {
                return false;
            }

            return text is not null;
        }

        /// <summary>Reads a token, which must be of this type and the last: nothing but white space follows.</summary>
        /// <param name="type">The type, as a rule the closing bracket.</param>
        public bool TryReadLast(JsonTokenType type) => json.TryRead(type) && !json.Read();

        private int ValueTextLength => json.HasValueSequence ? checked((int)json.ValueSequence.Length) : json.ValueSpan.Length;

        private bool TextEquals(ReadOnlySpan<byte> utf8) =>
            json.HasValueSequence ? json.ValueTextEquals(utf8) : json.ValueSpan.SequenceEqual(utf8);
    }
}
