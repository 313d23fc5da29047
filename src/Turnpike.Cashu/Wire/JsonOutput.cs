using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Wire;

/// <summary>Writes JSON into a buffer of one's own or of the caller's.</summary>
internal readonly struct JsonOutput : IDisposable
{
    // Answers are never put into a page: no need to escape more than JSON does.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte>? _own;

    /// <summary>Into a buffer of its own.</summary>
    public JsonOutput() : this(new ArrayBufferWriter<byte>(256)) => _own = (ArrayBufferWriter<byte>)Output;

    /// <summary>Into the caller's.</summary>
    public JsonOutput(IBufferWriter<byte> output) => (Output, Json) = (output, new Utf8JsonWriter(output, s_options));

    public Utf8JsonWriter Json { get; }

    /// <summary>What was written, for an output of its own.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            Json.Flush();
            return _own!.WrittenSpan;
        }
    }

    private IBufferWriter<byte> Output { get; }

    public void Dispose() => Json.Dispose();
}

/// <summary>What <see cref="Utf8JsonWriter"/> lacks.</summary>
internal static class JsonOutputExtensions
{
    extension(Utf8JsonWriter json)
    {
        /// <summary>Writes a member whose value is bytes in lower-case hex; at most 33 of them.</summary>
        public void WriteHex(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
        {
            Span<byte> digits = stackalloc byte[66];
            digits = digits[..(2 * bytes.Length)];
            Hex.Encode(bytes, digits);
            json.WriteString(name, digits);
        }

        /// <summary>Writes a member that is a number, however large.</summary>
        public void WriteInt128(ReadOnlySpan<byte> name, Int128 number)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(number.ToString(CultureInfo.InvariantCulture));
        }

        /// <summary>Writes a member that is a number or null.</summary>
        public void WriteNumberOrNull(ReadOnlySpan<byte> name, long? number)
        {
            if (number is { } value) json.WriteNumber(name, value);
            else json.WriteNull(name);
        }
    }
}
