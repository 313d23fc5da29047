namespace Turnpike.Kernel.Encodings;

/// <summary>What can be wrong with JSON text that is to be made canonical. Every one has code 400.</summary>
public static class CanonicalFaults
{
    /// <summary>The bytes are not UTF-8.</summary>
    public static readonly ProtocolError NotUtf8 = new(400, "json_not_utf8", "The text is not UTF-8");

    /// <summary>A string holds half of a surrogate pair, which no Unicode text can hold.</summary>
    public static readonly ProtocolError LoneSurrogate =
        new(400, "json_lone_surrogate", "A string holds half of a surrogate pair");

    /// <summary>A number is beyond the range of a double: another reader would take it for infinity.</summary>
    public static readonly ProtocolError NumberOutOfRange =
        new(400, "json_number_range", "A number is beyond the range of a double");

    /// <summary>Not JSON by RFC 8259, or nested deeper than <see cref="CanonicalDocument.MaxDepth"/>.</summary>
    /// <param name="line">From 0.</param>
    /// <param name="byteInLine">From 0.</param>
    public static ProtocolError Malformed(long line, long byteInLine) =>
        new(400, "json_malformed", $"The text is not JSON (line {line + 1}, byte {byteInLine + 1})");

    /// <summary>An object names a member twice, so that two readers could see two values.</summary>
    /// <param name="name">The member, cut to 64 characters.</param>
    public static ProtocolError DuplicateMember(string name) =>
        new(400, "json_duplicate_member", $"An object has the member \"{(name.Length > 64 ? name[..64] : name)}\" twice");
}
