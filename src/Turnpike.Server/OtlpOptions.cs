namespace Turnpike.Server;

/// <summary>Export by OpenTelemetry's protocol, <c>Turnpike:Server:Otlp</c>; the standard <c>OTEL_…</c> variables hold too.</summary>
public sealed record OtlpOptions
{
    /// <summary>Collector, such as <c>http://127.0.0.1:4317</c>. None: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; neither: no export.</summary>
    public string? Endpoint { get; set; }
}
