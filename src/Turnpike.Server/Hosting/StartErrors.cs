using System.Net.Sockets;
using System.Security.Cryptography;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Server.Hosting;

/// <summary>The sentences for what can be foreseen to go wrong at the start. What is not here is a bug and keeps its stack trace.</summary>
internal static class StartErrors
{
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>The sentence for <paramref name="error"/>, or null for what was not foreseen.</summary>
    public static StartupException? Explain(Exception error, IConfiguration configuration) =>
        SettingsErrors.Explain(error, configuration) ?? error switch
        {
            SeedException or StorageException or MissingLibraryException => Refused(error.Message, error),
            SocketException => Refused($"Cannot listen on {Urls(configuration)}: {error.Message}.", error),
            CryptographicException => Refused($"The certificate of Kestrel:Endpoints cannot be used: {error.Message}", error),
            IOException or UnauthorizedAccessException => Refused(error.Message, error),
            InvalidOperationException { Source: { } source } when source.StartsWith(Kestrel, StringComparison.Ordinal) =>
                new StartupException($"Kestrel:Endpoints cannot be used: {error.Message}", isUsage: true, error),
            _ => null,
        };

    private static string Urls(IConfiguration configuration) =>
        string.Join(" and ", configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]));

    private static StartupException Refused(string message, Exception cause) => new(message, cause: cause);
}
