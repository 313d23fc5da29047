using System.Text;
using System.Text.Json;

namespace Turnpike.Planetmint.Backends;

/// <summary>The <c>error</c> of a JSON-RPC answer.</summary>
/// <param name="Message">A general word such as <c>Internal error</c>.</param>
/// <param name="Data">What happened.</param>
internal sealed record RpcError(string Message, string Data)
{
    /// <summary>Both, as the Python node joins them.</summary>
    public string Sentence => $"{Message} - {Data}";

    /// <summary>True if the height is above the head, or lacks its results yet: a block is saved before it is executed.</summary>
    public bool IsNotYet =>
        Has("must be less than or equal to the current blockchain height") || Has("could not find results for height");

    /// <summary>Takes the error out of an answer.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="JsonException">The answer is not an object.</exception>
    public static RpcError? In(JsonSlice answer)
    {
        var error = answer.Member("error"u8);
        if (error.IsNull) return null;
        if (error.Kind != JsonTokenType.StartObject) return new RpcError("Internal error", Words(error));
        var message = error.Member("message"u8);
        return new RpcError(message.IsNull ? "Internal error" : Words(message), Words(error.Member("data"u8)));
    }

    /// <summary>True if either part contains the text: versions differ in where they put it.</summary>
    public bool Has(string text) =>
        Data.Contains(text, StringComparison.OrdinalIgnoreCase) || Message.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static string Words(JsonSlice value) =>
        value.IsNull ? "" : value.Kind == JsonTokenType.String ? value.Text() : Encoding.UTF8.GetString(value.Utf8.Span);
}
