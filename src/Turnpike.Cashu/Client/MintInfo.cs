using System.Text.Json;

namespace Turnpike.Cashu.Client;

/// <summary>What a mint says of itself.</summary>
/// <remarks>docs/specs/cashu.md 10 (NUT-06).</remarks>
public sealed record MintInfo
{
    internal MintInfo(InfoModel model) =>
        (Name, Version, Description, Motd, Nuts) = (model.Name, model.Version, model.Description, model.Motd, model.Nuts ?? []);

    /// <summary>Its name, or null.</summary>
    public string? Name { get; }

    /// <summary>The server and its version, as <c>Turnpike/1.2.3</c>; or null.</summary>
    public string? Version { get; }

    /// <summary>What it says about itself, or null.</summary>
    public string? Description { get; }

    /// <summary>Message of the day, or null.</summary>
    public string? Motd { get; }

    /// <summary>Whether it pushes changes (NUT-17).</summary>
    public bool HasSubscriptions => Nuts.TryGetValue("17", out var nut)
        && nut.ValueKind == JsonValueKind.Object && nut.TryGetProperty("supported", out var list)
        && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0;

    /// <summary>Whether it pays invoices (NUT-05).</summary>
    public bool HasMelting => IsOpen("5");

    /// <summary>Whether it mints (NUT-04).</summary>
    public bool HasMinting => IsOpen("4");

    private Dictionary<string, JsonElement> Nuts { get; }

    private bool IsOpen(string name) => Nuts.TryGetValue(name, out var nut) && nut.ValueKind == JsonValueKind.Object
        && !(nut.TryGetProperty("disabled", out var disabled) && disabled.ValueKind == JsonValueKind.True);
}
