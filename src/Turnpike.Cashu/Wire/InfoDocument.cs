using System.Buffers;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Wire;

/// <summary>What the info document says that is not an option.</summary>
/// <param name="Pubkey">The mint's identity.</param>
/// <param name="Version">The server's, <c>1.2.3</c>.</param>
/// <param name="HasAmountless">Whether the backend pays invoices without an amount.</param>
/// <param name="NamesDraft">Whether the draft dialect is named to whoever asks; see <see cref="InfoDocument.NamesDraft"/>.</param>
/// <param name="Now">Unix seconds.</param>
/// <param name="Features">What this server has; nothing is signalled that is not there.</param>
public sealed record InfoFacts(
    PublicKey Pubkey, string Version, bool HasAmountless, bool NamesDraft, long Now, MintFeatures Features = MintFeatures.All);

/// <summary>Parts of a mint that wallets look for in its info document.</summary>
[Flags]
public enum MintFeatures
{
    /// <summary>Minting, swapping, checking and restoring.</summary>
    None = 0,

    /// <summary>Melting, with change (NUT-05, 08).</summary>
    Melt = 1,

    /// <summary>Subscriptions (NUT-17 and the draft).</summary>
    Subscriptions = 2,

    /// <summary>All of it.</summary>
    All = Melt | Subscriptions,
}

/// <summary>Writes <c>GET /v1/info</c>.</summary>
/// <remarks>docs/specs/cashu.md 2.4 and 10.</remarks>
public static class InfoDocument
{
    private static readonly string[] s_plain = ["7", "8", "9", "10", "11", "12", "14", "20"];
    private static readonly string[] s_cached = ["/v1/mint/bolt11", "/v1/mint/bolt11/batch", "/v1/melt/bolt11", "/v1/swap"];

    /// <summary>Whether the draft dialect is named: some wallets cannot read a document that does.</summary>
    /// <param name="options">The options.</param>
    /// <param name="hasClientVersion">The request has a <c>Client-version</c> (Nutshell's wallet).</param>
    /// <param name="hasUserAgent">The request has a <c>User-Agent</c> (a bare .NET client has none).</param>
    public static bool NamesDraft(DraftOptions options, bool hasClientVersion, bool hasUserAgent) => options.Advertise switch
    {
        "always" => true,
        "never" => false,
        _ => hasUserAgent && !hasClientVersion,
    };

    /// <summary>Writes the document.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="options">The options.</param>
    /// <param name="facts">The rest.</param>
    public static void Write(IBufferWriter<byte> output, CashuOptions options, InfoFacts facts)
    {
        using var to = new JsonOutput(output);
        var json = to.Json;
        json.WriteStartObject();
        json.WriteString("name"u8, options.Name);
        json.WriteHex("pubkey"u8, facts.Pubkey.Span);
        json.WriteString("version"u8, $"Turnpike/{facts.Version}");
        WriteText(json, "description"u8, options.Description);
        WriteText(json, "description_long"u8, options.DescriptionLong);
        WriteContact(json, options);
        WriteText(json, "motd"u8, options.Motd);
        WriteText(json, "icon_url"u8, options.IconUrl);
        if (options.Urls.Count > 0)
        {
            json.WriteStartArray("urls"u8);
            foreach (var url in options.Urls) json.WriteStringValue(url);
            json.WriteEndArray();
        }

        json.WriteNumber("time"u8, facts.Now);
        WriteText(json, "tos_url"u8, options.TosUrl);
        json.WriteStartObject("nuts"u8);
        WriteMethods(json, options, facts);
        if (facts.Features.HasFlag(MintFeatures.Subscriptions)) WriteSubscriptions(json, options);
        WriteExtensions(json, options, facts);
        if (facts.NamesDraft && facts.Features.HasFlag(MintFeatures.Subscriptions)) WriteDraft(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string text)
    {
        if (text.Length > 0) json.WriteString(name, text);
    }

    private static void WriteContact(Utf8JsonWriter json, CashuOptions options)
    {
        if (options.Contact.Count == 0) return;
        json.WriteStartArray("contact"u8);
        foreach (var contact in options.Contact)
        {
            json.WriteStartObject();
            json.WriteString("method"u8, contact.Method);
            json.WriteString("info"u8, contact.Info);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMethods(Utf8JsonWriter json, CashuOptions options, InfoFacts facts)
    {
        WriteMethod(json, "4"u8, options, options.MinMint, options.MaxMint, !options.Minting, "description"u8, true);
        var melts = facts.Features.HasFlag(MintFeatures.Melt);
        if (melts)
            WriteMethod(json, "5"u8, options, options.MinMelt, options.MaxMelt, !options.Melting, "amountless"u8, facts.HasAmountless);
        foreach (var nut in s_plain.Where(nut => melts || nut != "8"))
        {
            json.WriteStartObject(nut);
            json.WriteBoolean("supported"u8, true);
            json.WriteEndObject();
        }
    }

    private static void WriteMethod(
        Utf8JsonWriter json, ReadOnlySpan<byte> nut, CashuOptions options, long min, long max, bool isDisabled,
        ReadOnlySpan<byte> option, bool hasOption)
    {
        json.WriteStartObject(nut);
        json.WriteStartArray("methods"u8);
        foreach (var unit in options.UnitsOrDefault)
        {
            var rate = Units.Rate(unit, options);
            json.WriteStartObject();
            json.WriteString("method"u8, MintQuote.Bolt11);
            json.WriteString("unit"u8, unit);
            json.WriteNumber("min_amount"u8, Units.FromSat(min, rate));
            json.WriteNumber("max_amount"u8, Units.FromSat(max, rate));
            json.WriteStartObject("options"u8);
            json.WriteBoolean(option, hasOption);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("disabled"u8, isDisabled);
        json.WriteEndObject();
    }

    private static void WriteSubscriptions(Utf8JsonWriter json, CashuOptions options)
    {
        json.WriteStartObject("17"u8);
        json.WriteStartArray("supported"u8);
        foreach (var unit in options.UnitsOrDefault)
        {
            json.WriteStartObject();
            json.WriteString("method"u8, MintQuote.Bolt11);
            json.WriteString("unit"u8, unit);
            json.WriteStartArray("commands"u8);
            json.WriteStringValue("bolt11_mint_quote"u8);
            json.WriteStringValue("bolt11_melt_quote"u8);
            json.WriteStringValue("proof_state"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteExtensions(Utf8JsonWriter json, CashuOptions options, InfoFacts facts)
    {
        json.WriteStartObject("19"u8);
        json.WriteNull("ttl"u8);
        json.WriteStartArray("cached_endpoints"u8);
        var melts = facts.Features.HasFlag(MintFeatures.Melt);
        foreach (var path in s_cached.Where(path => melts || !path.Contains("melt", StringComparison.Ordinal)))
        {
            json.WriteStartObject();
            json.WriteString("method"u8, "POST"u8);
            json.WriteString("path"u8, path);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("29"u8);
        json.WriteNumber("max_batch_size"u8, options.Limits.Batch);
        json.WriteStartArray("methods"u8);
        json.WriteStringValue(MintQuote.Bolt11);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDraft(Utf8JsonWriter json)
    {
        json.WriteStartObject("xx"u8);
        json.WriteStartArray("supported"u8);
        foreach (var command in new[] { "check_quote", "check_proof" })
        {
            json.WriteStartArray();
            json.WriteStringValue(command);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
