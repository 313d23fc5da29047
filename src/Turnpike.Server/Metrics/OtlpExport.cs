using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Turnpike.Server.Metrics;

/// <summary>Exports metrics and traces to a collector while it lives; what is left goes out when it is disposed of.</summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    /// <param name="endpoint">The collector; null takes it from <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</param>
    /// <param name="version">Ours, told as <c>service.version</c>.</param>
    public OtlpExport(string? endpoint, string version)
    {
        _metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(r => r.AddService("turnpike", serviceVersion: version))
            .AddMeter(PrometheusCollector.Meters)
            .AddOtlpExporter(Point)
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(r => r.AddService("turnpike", serviceVersion: version))
            .AddSource("Turnpike.*", "Microsoft.AspNetCore")
            .AddOtlpExporter(Point)
            .Build();

        void Point(OtlpExporterOptions options)
        {
            if (endpoint is not null) options.Endpoint = new Uri(endpoint);
        }
    }

    /// <summary>True if somebody asked for the export.</summary>
    public static bool IsWanted(ServerOptions options, IConfiguration configuration) =>
        options.Otlp.Endpoint is not null || !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    public void Dispose()
    {
        _metrics.Dispose();
        _traces.Dispose();
    }
}
