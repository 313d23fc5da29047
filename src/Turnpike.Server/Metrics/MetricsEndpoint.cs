namespace Turnpike.Server.Metrics;

/// <summary><c>GET /metrics</c> for Prometheus.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this WebApplication app) =>
        app.MapGet("/metrics", static (HttpContext context) =>
        {
            context.Response.ContentType = PrometheusWriter.ContentType;
            context.RequestServices.GetRequiredService<PrometheusCollector>().Write(context.Response.BodyWriter);
            return Task.CompletedTask;
        });
}
