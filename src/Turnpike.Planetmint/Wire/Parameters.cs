using System.Globalization;
using Microsoft.Extensions.Primitives;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary>
/// Reads the parameters of one request, one after another; the first that is wrong is the answer. Names are compared exactly, of a
/// repeated single-valued parameter the first counts, an empty value is as good as none.
/// </summary>
/// <remarks>planetmint.md 3, with the node's texts.</remarks>
internal sealed class Parameters(IEnumerable<KeyValuePair<string, StringValues>> query)
{
    private readonly Dictionary<string, StringValues> _values = Collect(query);

    /// <summary>The first fault found so far.</summary>
    public ProtocolError? Error { get; private set; }

    /// <summary>Refuses every parameter but these.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        var unknown = new List<string>();
        foreach (var name in _values.Keys)
        {
            if (!names.Contains(name)) unknown.Add(name);
        }

        if (unknown.Count > 0) Fail(PlanetmintErrors.UnknownArguments(unknown));
    }

    public string? Text(string name) => _values.TryGetValue(name, out var values) && values is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>True if the parameter is there, with nothing but white space.</summary>
    public bool IsEmpty(string name) =>
        _values.TryGetValue(name, out var values) && (values.Count == 0 || string.IsNullOrWhiteSpace(values[0]));

    public string RequiredText(string name) => Require(name, Text(name)) ?? "";

    public TransactionId? Id(string name) => Value(name, ReadId, "Invalid hash");

    public TransactionId RequiredId(string name) => Require(name, Text(name)) is null ? default : Id(name).GetValueOrDefault();

    public OwnerKey? Key(string name) => Value(name, ReadKey, "Invalid base58 ed25519 key");

    public OwnerKey RequiredKey(string name) => Require(name, Text(name)) is null ? default : Key(name).GetValueOrDefault();

    public bool? Flag(string name) => Value(name, ReadFlag, "Boolean value must be \"true\" or \"false\" (lowercase)");

    public Operation? Operation(string name) => Value(name, ReadOperation, "Operation must be \"CREATE\" or \"TRANSFER\"");

    /// <summary>A whole number from 0 up.</summary>
    public long? Number(string name) => Value(name, ReadNumber, "Must be a whole number, 0 or larger");

    public IReadOnlyList<TransactionId> Ids(string name) => Values(name, ReadId, "Invalid hash");

    public IReadOnlyList<OwnerKey> Keys(string name) => Values(name, ReadKey, "Invalid base58 ed25519 key");

    public IReadOnlyList<Operation> Operations(string name) => Values(name, ReadOperation, "Operation must be \"CREATE\" or \"TRANSFER\"");

    /// <summary>One of some words.</summary>
    public T Word<T>(string name, T otherwise, string text, params ReadOnlySpan<(string Word, T Value)> words)
    {
        if (Text(name) is not { } given) return otherwise;
        foreach (var (word, value) in words)
        {
            if (word == given) return value;
        }

        Fail(PlanetmintErrors.InvalidParameter(name, text));
        return otherwise;
    }

    public void Fail(ProtocolError error) => Error ??= error;

    private static Dictionary<string, StringValues> Collect(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var values = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        foreach (var (name, value) in query)
            values[name] = values.TryGetValue(name, out var known) ? StringValues.Concat(known, value) : value;
        return values;
    }

    private T? Value<T>(string name, Func<string, T?> read, string text) where T : struct
    {
        if (Text(name) is not { } given) return null;
        if (read(given) is { } value) return value;
        Fail(PlanetmintErrors.InvalidParameter(name, text));
        return null;
    }

    private List<T> Values<T>(string name, Func<string, T?> read, string text) where T : struct
    {
        var values = new List<T>();
        if (!_values.TryGetValue(name, out var given)) return values;
        foreach (var part in given.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries)))
        {
            if (read(part) is not { } value)
            {
                Fail(PlanetmintErrors.InvalidParameter(name, text));
                return values;
            }

            values.Add(value);
        }

        if (values.Count > StreamParameters.MaxValues)
            Fail(PlanetmintErrors.InvalidParameter(name, $"At most {StreamParameters.MaxValues} values"));
        return values;
    }

    private string? Require(string name, string? text)
    {
        if (text is null)
        {
            Fail(PlanetmintErrors.InvalidParameter(
                name, "Missing required parameter in the JSON body or the post body or the query string"));
        }

        return text;
    }

    private static TransactionId? ReadId(string text) => TransactionId.TryParse(text, out var id) ? id : null;

    private static OwnerKey? ReadKey(string text) => OwnerKey.TryParse(text, out var key) ? key : null;

    private static bool? ReadFlag(string text) => text.ToLowerInvariant() switch { "true" => true, "false" => false, _ => null };

    private static Operation? ReadOperation(string text) => text.ToUpperInvariant() switch
    {
        "CREATE" => Domain.Operation.Create,
        "TRANSFER" => Domain.Operation.Transfer,
        _ => null,
    };

    private static long? ReadNumber(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
