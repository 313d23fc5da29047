using System.Buffers;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary>The body of every refusal: <c>{"detail":text,"code":int}</c>, both always there.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class ErrorMessage
{
    /// <summary>The HTTP status: 400, or 500 for our own faults and 429 for who asks too often.</summary>
    /// <param name="error">The error.</param>
    public static int Status(ProtocolError error) =>
        error.Code == CashuErrors.Internal.Code ? 500 : error.Code == CashuErrors.TooManyRequests.Code ? 429 : 400;

    /// <summary>Writes the body.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="error">The error.</param>
    public static void Write(IBufferWriter<byte> output, ProtocolError error)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteString("detail"u8, error.Message);
        to.Json.WriteNumber("code"u8, error.Code);
        to.Json.WriteEndObject();
    }
}
