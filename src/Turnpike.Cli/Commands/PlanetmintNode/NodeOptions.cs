using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Turnpike.Kernel;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary>Options that several commands have, and how their values are read.</summary>
internal static class NodeOptions
{
    public static Option<Uri> Url() => new("--url")
    {
        Description = "The node (default http://127.0.0.1:9984)",
        HelpName = "URL",
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:9984"),
        CustomParser = Parse(text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null,
            "an http or https address"),
    };

    public static Option<FileInfo?> Key() => new("--key")
    {
        Description = $"The file with the private key, readable by its owner only (default: the variable {KeyFile.Variable})",
        HelpName = "FILE",
    };

    public static Option<OwnerKey?> Owner(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "PUBLIC KEY",
        CustomParser = Parse<OwnerKey?>(text => OwnerKey.TryParse(text, out var key) ? key : null, "an ed25519 key of 32 bytes in base58"),
    };

    public static Option<TransactionId?> Id(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ID",
        CustomParser = Parse<TransactionId?>(text => TransactionId.TryParse(text, out var id) ? id : null, "64 hex digits"),
    };

    public static Option<long> Amount(bool required) => new("--amount")
    {
        Description = required ? "How much" : "How much of it there is (default 1)",
        HelpName = "N",
        Required = required,
        DefaultValueFactory = _ => 1,
        Validators = { AmountInRange },
    };

    public static Option<string?> Json(string name, string description) => new(name)
    {
        Description = $"{description}: JSON, or @FILE with JSON in it",
        HelpName = "JSON",
    };

    /// <summary>The text of a JSON option, read from a file where it says so.</summary>
    /// <exception cref="CommandException">It is no JSON.</exception>
    public static async Task<string?> ReadJsonAsync(string? value, CancellationToken cancellation)
    {
        if (value is null) return null;
        var text = value.StartsWith('@') ? await File.ReadAllTextAsync(value[1..], cancellation) : value;
        try
        {
            using var _ = JsonDocument.Parse(text);
            return text;
        }
        catch (JsonException error)
        {
            throw new CommandException($"'{value}' is no JSON: {error.Message}");
        }
    }

    /// <summary>The value, or the command ends with the node's words.</summary>
    public static T OrFail<T>(this Result<T> result) =>
        result.TryGet(out var value, out var error) ? value : throw new CommandException(error.Message);

    /// <summary>A client of the node.</summary>
    public static PlanetmintClient Connect(Uri url) => new(new PlanetmintClientOptions
    {
        Node = url,
        Interrupted = why => Console.Error.WriteLine($"turnpike: {why.Reason}; next try in {why.Delay.TotalSeconds:0.0} s"),
    });

    /// <summary>A parser of one or more values that says what is allowed.</summary>
    public static Func<ArgumentResult, T?> Parse<T>(Func<string, T?> read, string allowed) => result =>
    {
        var text = result.Tokens[^1].Value;
        if (read(text) is { } value) return value;
        result.AddError($"'{text}' is not {allowed}");
        return default;
    };

    /// <summary>As <see cref="Parse{T}"/>, for options that may be repeated.</summary>
    public static Func<ArgumentResult, T[]?> ParseAll<T>(Func<string, T?> read, string allowed) where T : struct => result =>
    {
        var values = new List<T>();
        foreach (var token in result.Tokens)
        {
            if (read(token.Value) is { } value) values.Add(value);
            else result.AddError($"'{token.Value}' is not {allowed}");
        }
        return [.. values];
    };

    private static void AmountInRange(OptionResult result)
    {
        if (result.GetValueOrDefault<long>() is < 1 or > TransactionOutput.MaxAmount)
            result.AddError($"--amount is 1 to {TransactionOutput.MaxAmount}");
    }
}
