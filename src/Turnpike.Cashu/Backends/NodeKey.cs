namespace Turnpike.Cashu.Backends;

/// <summary>The file with the key that lets us into a node.</summary>
internal static class NodeKey
{
    /// <summary>A macaroon as hexadecimal digits, from LND's binary file or from one that holds the digits.</summary>
    public static string ReadMacaroon(string file) => Reading(file, () =>
    {
        var bytes = File.ReadAllBytes(file);
        var text = string.Concat(bytes.Select(b => (char)b)).Trim();
        return text.Length > 0 && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : Convert.ToHexStringLower(bytes);
    });

    /// <summary>A rune: one line of text.</summary>
    public static string ReadRune(string file) => Reading(file, () =>
    {
        var text = File.ReadAllText(file).Trim();
        return text.All(c => c is > ' ' and <= '~') ? text : throw new LightningException($"{file} holds no rune.");
    });

    private static string Reading(string file, Func<string> read)
    {
        try
        {
            return read() is { Length: > 0 } key ? key : throw new LightningException($"{file} is empty; it has to hold the node's key.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LightningException($"The node's key cannot be read: {e.Message}", e);
        }
    }
}
