using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;

namespace Turnpike.Cashu.Endpoints;

/// <summary><c>/v1/keys</c>, <c>/v1/keysets</c>, <c>/v1/info</c>: what the mint is.</summary>
/// <remarks>docs/specs/cashu.md 5 and 10.</remarks>
internal sealed class KeyEndpoints(Keyring keyring, MintKeys keys, IOptions<CashuOptions> options, TimeProvider clock)
{
    /// <summary>What this server has. A part that is new is signalled by a word here, and nowhere else.</summary>
    public const MintFeatures Features = MintFeatures.Melt | MintFeatures.Subscriptions;

    private static readonly string s_version = typeof(KeyEndpoints).Assembly.GetName().Version!.ToString(3);

    /// <summary><c>GET /v1/keys</c>.</summary>
    public Task ActiveAsync(HttpContext http) => Answer.PreparedAsync(http, keyring.View.ActiveKeys);

    /// <summary><c>GET /v1/keysets</c>.</summary>
    public Task KeysetsAsync(HttpContext http) => Answer.PreparedAsync(http, keyring.View.AllKeysets);

    /// <summary><c>GET /v1/keys/{id}</c>.</summary>
    public async Task OneAsync(HttpContext http)
    {
        var text = (string)http.Request.RouteValues["id"]!;
        if (!KeysetId.TryParse(text, out var id))
        {
            await Answer.ErrorAsync(http, CashuErrors.KeysetUnknown(text));
            return;
        }

        if (keyring.View.KeysOf(id) is null) await keyring.TryRefreshAsync(http.RequestAborted);
        if (keyring.View.KeysOf(id) is { } answer) await Answer.PreparedAsync(http, answer);
        else await Answer.ErrorAsync(http, CashuErrors.KeysetUnknown(text));
    }

    /// <summary><c>GET /v1/info</c>.</summary>
    public Task InfoAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        var namesDraft = InfoDocument.NamesDraft(
            options.Value.Draft, headers.ContainsKey("Client-version"), headers.UserAgent.Count > 0);
        headers = http.Response.Headers;
        headers.Vary = "User-Agent, Client-version";
        var facts = new InfoFacts(
            keys.Identity(), s_version, HasAmountless: true, namesDraft, clock.GetUtcNow().ToUnixTimeSeconds(), Features);
        return Answer.JsonAsync(http, 2048, to => InfoDocument.Write(to, options.Value, facts));
    }
}
