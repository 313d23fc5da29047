using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Turnpike.Server.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: each check is well and the server is not ending.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", static (HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, "live", null));
        app.MapGet("/health/ready", static async (HttpContext context) =>
        {
            var services = context.RequestServices;
            var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(context.RequestAborted);
            var ending = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
            var ready = !ending && report.Status != HealthStatus.Unhealthy;
            await WriteAsync(
                context,
                ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
                ending ? "ending" : ready ? "ready" : "not ready",
                report);
        });
    }

    private static async Task WriteAsync(HttpContext context, int status, string word, HealthReport? report)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", word);
        if (report is not null)
        {
            json.WriteStartObject("parts");
            foreach (var (name, part) in report.Entries.OrderBy(e => e.Key, StringComparer.Ordinal)) Write(json, name, part);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // An exception's text stays in the log: health is open to everyone who reaches the port.
    private static void Write(Utf8JsonWriter json, string name, HealthReportEntry part)
    {
        json.WriteStartObject(name);
        json.WriteString("status", part.Status switch
        {
            HealthStatus.Healthy => "ok",
            HealthStatus.Degraded => "degraded",
            _ => "failed",
        });
        if (part.Description is { } description && part.Exception is null) json.WriteString("description", description);
        foreach (var (key, value) in part.Data)
        {
            switch (value)
            {
                case long number: json.WriteNumber(key, number); break;
                case int number: json.WriteNumber(key, number); break;
                case double number: json.WriteNumber(key, number); break;
                case bool flag: json.WriteBoolean(key, flag); break;
                default: json.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            }
        }

        json.WriteEndObject();
    }
}
