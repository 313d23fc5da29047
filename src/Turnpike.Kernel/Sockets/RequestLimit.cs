using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// How often one address may ask: ASP.NET Core's limiter, over the client's address as sockets have it (trusted proxies, a /64 of IPv6).
/// This machine may ask as often as it likes.
/// </summary>
/// <param name="perMinute">On average; as many at once after a pause. 0 for no limit.</param>
/// <param name="refuse">Writes the body of the 429.</param>
internal sealed class RequestLimit(int perMinute, Func<HttpContext, Task> refuse) : IRateLimiterPolicy<ulong>
{
    private const ulong Nobody = 0;

    /// <inheritdoc/>
    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected => RefuseAsync;

    /// <inheritdoc/>
    public RateLimitPartition<ulong> GetPartition(HttpContext httpContext)
    {
        var address = httpContext.RequestServices.GetRequiredService<HttpSockets>().AddressOf(httpContext);
        return perMinute == 0 || IPAddress.IsLoopback(address)
            ? RateLimitPartition.GetNoLimiter(Nobody)
            : RateLimitPartition.GetTokenBucketLimiter(AddressLimits.KeyOf(address), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perMinute,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
            });
    }

    private async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancellation)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after.TotalSeconds : 1;
        response.Headers.RetryAfter = Math.Ceiling(wait).ToString(CultureInfo.InvariantCulture);
        await refuse(context.HttpContext);
    }
}
