using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Cashu.Endpoints;

/// <summary>How often one address may ask the mint. Each of the two has a count of its own.</summary>
/// <remarks>docs/specs/cashu.md 12.</remarks>
internal static class MintLimits
{
    /// <summary>What most routes have.</summary>
    public const string All = "cashu";

    /// <summary>What routes have that write or cost the curve: quotes, mint, swap, melt.</summary>
    public const string Money = "cashu/money";

    /// <summary>Registers both.</summary>
    public static void AddMintLimits(this IServiceCollection services)
    {
        services.AddRequestLimit(All, static provider => Of(provider).RequestsPerMinute, RefuseAsync);
        services.AddRequestLimit(Money, static provider => Of(provider).MoneyRequestsPerMinute, RefuseAsync);
    }

    private static LimitOptions Of(IServiceProvider provider) => provider.GetRequiredService<IOptions<CashuOptions>>().Value.Limits;

    private static Task RefuseAsync(HttpContext http)
    {
        // The mint's edge, which says this on every other answer, comes later.
        http.Response.Headers.AccessControlAllowOrigin = "*";
        return Answer.ErrorAsync(http, CashuErrors.TooManyRequests);
    }
}
