using System.Net;
using Microsoft.Extensions.Options;

namespace Turnpike.Server;

/// <summary>The host's own settings, <c>Turnpike:Server</c>.</summary>
public sealed record ServerOptions
{
    /// <summary>The section that these are bound from.</summary>
    public const string Section = "Turnpike:Server";

    /// <summary>Where both ports listen: an IP address, <c>localhost</c>, or <c>*</c> for every address. Default 127.0.0.1.</summary>
    public string Bind { get; set; } = "127.0.0.1";

    /// <summary>The port of everything. 0 lets the system choose. Default 9984.</summary>
    public int Port { get; set; } = 9984;

    /// <summary>The port that serves event streams and health only. 0 lets the system choose. Default 9985.</summary>
    public int StreamPort { get; set; } = 9985;

    /// <summary>The data folder, made if it is missing; relative to the working directory. Default <c>data</c>.</summary>
    public string Data { get; set; } = "data";

    /// <summary>
    /// Where the token of <c>/admin</c> is written at each start, mode 0600. Default <c>admin-token</c> in the data folder; over
    /// PostgreSQL, where there may be no data folder, <c>/admin</c> is closed unless this names a file.
    /// </summary>
    public string AdminTokenFile { get; set; } = "";

    /// <summary>Faucets and the like: <c>on</c>, <c>off</c>, or <c>auto</c>: on if every listener is on loopback. Default auto.</summary>
    public string Dev { get; set; } = "auto";

    /// <summary>Seconds that an orderly end may take, 1 to 300. Default 10: five for what is queued, the rest for answers.</summary>
    public int ShutdownSeconds { get; set; } = 10;

    /// <summary>Bytes of a request's body, at most. Default 8 MiB; the protocols have limits of their own below that.</summary>
    public long MaxRequestBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How the server speaks on its console.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>Where metrics and traces are exported to, besides <c>/metrics</c>.</summary>
    public OtlpOptions Otlp { get; set; } = new();
}

/// <summary>Says what is wrong with <see cref="ServerOptions"/>: which key, what it was, what is allowed.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.Bind is not ("*" or "localhost") && !IPAddress.TryParse(options.Bind, out _))
            Add("Bind", options.Bind, "an IP address, localhost or *");
        if (options.Port is < 0 or > 65_535) Add("Port", options.Port, "0 to 65535");
        if (options.StreamPort is < 0 or > 65_535) Add("StreamPort", options.StreamPort, "0 to 65535");
        if (options.Port != 0 && options.Port == options.StreamPort)
            Add("StreamPort", options.StreamPort, "another port than Turnpike:Server:Port");
        if (string.IsNullOrWhiteSpace(options.Data)) Add("Data", options.Data, "the path of a folder");
        if (options.Dev is not ("on" or "off" or "auto")) Add("Dev", options.Dev, "on, off and auto");
        if (options.ShutdownSeconds is < 1 or > 300) Add("ShutdownSeconds", options.ShutdownSeconds, "1 to 300");
        if (options.MaxRequestBytes is < 1024 or > 1 << 30) Add("MaxRequestBytes", options.MaxRequestBytes, "1024 to 1073741824");
        if (options.Log.Format is not ("text" or "json")) Add("Log:Format", options.Log.Format, "text and json");
        if (!Enum.TryParse<LogLevel>(options.Log.Level, ignoreCase: true, out _) || int.TryParse(options.Log.Level, out _))
            Add("Log:Level", options.Log.Level, "Trace, Debug, Information, Warning, Error, Critical and None");
        if (options.Otlp.Endpoint is { } endpoint && !IsHttp(endpoint)) Add("Otlp:Endpoint", endpoint, "an http or https URL");
        return errors.Build();

        void Add(string key, object? was, string allowed) =>
            errors.AddError($"is '{was}'; allowed: {allowed}", $"{ServerOptions.Section}:{key}");
    }

    private static bool IsHttp(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https");
}
