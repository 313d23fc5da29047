using System.Text;
using System.Text.Json;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Wire;

/// <summary>An object of a schema: members that must be there, members that may be, and no others.</summary>
internal sealed class Shape(string[] required, params string[] optional)
{
    private readonly byte[][] _required = [.. required.Select(Encoding.UTF8.GetBytes)];
    private readonly byte[][] _optional = [.. optional.Select(Encoding.UTF8.GetBytes)];

    /// <summary>In the order in which Python's jsonschema looks: the type, members too many, members that lack.</summary>
    public ProtocolError? Check(CanonicalNode node)
    {
        if (node.Kind != JsonValueKind.Object) return NotOfType(node, "object");
        var found = 0;
        foreach (var (name, _) in node.Members)
        {
            if (Contains(_required, name.Text)) found++;
            else if (!Contains(_optional, name.Text)) return Unexpected(node);
        }

        return found == _required.Length ? null : Missing(node);
    }

    public static ProtocolError NotOfType(CanonicalNode node, string type) =>
        PlanetmintErrors.Schema($"{PythonRepr.Of(node)} is not of type '{type}'");

    public static ProtocolError NotAnyOf(CanonicalNode node) =>
        PlanetmintErrors.Schema($"{PythonRepr.Of(node)} is not valid under any of the given schemas");

    public static ProtocolError NoMatch(CanonicalNode node, string pattern) =>
        PlanetmintErrors.Schema($"{PythonRepr.Of(node)} does not match {PythonRepr.Of(pattern)}");

    /// <summary>How many items an array has: 1 to <paramref name="most"/>.</summary>
    public static ProtocolError? CheckCount(CanonicalNode array, int most)
    {
        if (array.Kind != JsonValueKind.Array) return NotOfType(array, "array");
        var count = 0;
        foreach (var _ in array.Items)
        {
            if (++count > most) return PlanetmintErrors.Schema($"{PythonRepr.Of(array)} is too long");
        }

        return count == 0 ? PlanetmintErrors.Schema("[] is too short") : null;
    }

    private static bool Contains(byte[][] names, ReadOnlySpan<byte> name)
    {
        foreach (var candidate in names)
        {
            if (name.SequenceEqual(candidate)) return true;
        }

        return false;
    }

    private ProtocolError Unexpected(CanonicalNode node)
    {
        var names = new List<string>();
        foreach (var (name, _) in node.Members)
        {
            if (!Contains(_required, name.Text) && !Contains(_optional, name.Text)) names.Add(PythonRepr.Of(name));
        }

        return PlanetmintErrors.Schema(
            $"Additional properties are not allowed ({string.Join(", ", names)} {(names.Count == 1 ? "was" : "were")} unexpected)");
    }

    private ProtocolError Missing(CanonicalNode node)
    {
        var name = _required.First(name => !node.TryGetMember(name, out _));
        return PlanetmintErrors.Schema($"'{Encoding.UTF8.GetString(name)}' is a required property");
    }
}
