using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Soak;

/// <summary>A body that the mint takes as it is.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Bytes">The JSON.</param>
/// <param name="IsMoney">It is taken once; then there is another.</param>
internal sealed record ValidBody(string Path, byte[] Bytes, bool IsMoney);

/// <summary>Makes valid bodies for every route of a mint, with coins, quotes and invoices of its own.</summary>
internal sealed class MintMaterial
{
    /// <summary>How many routes there are.</summary>
    public const int Kinds = 10;

    private const ulong CoinAmount = 8;
    private const int CoinsAtOnce = 64;

    private readonly HttpClient _http;
    private readonly SoakKeyset _keyset;
    private readonly Dice _dice;
    private readonly Queue<SoakCoin> _coins = [];

    private MintMaterial(HttpClient http, SoakKeyset keyset, Dice dice) => (_http, _keyset, _dice) = (http, keyset, dice);

    /// <summary>Ids, keys and texts that the mint knows.</summary>
    public List<string> Known { get; } = [];

    public static async Task<MintMaterial> StartAsync(HttpClient http, Dice dice, CancellationToken cancellation)
    {
        var keyset = SoakKeyset.Read((await http.GetFromJsonAsync<JsonNode>("/v1/keys", cancellation))!, dice);
        var material = new MintMaterial(http, keyset, dice);
        material.Known.AddRange([keyset.Id, SoakKeyset.Y("").ToString(), await material.QuoteAsync(1, false, cancellation)]);
        material.Known.Add((string)(await material.MeltQuoteAsync(cancellation))["quote"]!);
        return material;
    }

    /// <summary>A fresh body for one of the routes.</summary>
    public async Task<ValidBody> MakeAsync(int kind, CancellationToken cancellation) => kind switch
    {
        0 => Body("/v1/swap", new() { ["inputs"] = await CoinsAsync(3, cancellation), ["outputs"] = Outputs(16, 4, 2, 1, 1) }),
        1 => Body("/v1/swap", new() { ["inputs"] = await LockedAsync(cancellation), ["outputs"] = Outputs(4, 4) }),
        2 => Body("/v1/mint/bolt11", new() { ["quote"] = await QuoteAsync(8, true, cancellation), ["outputs"] = Outputs(4, 4) }),
        3 => Body("/v1/mint/bolt11/batch", new()
        {
            ["quotes"] = new JsonArray(await QuoteAsync(4, true, cancellation), await QuoteAsync(2, true, cancellation)),
            ["quote_amounts"] = new JsonArray(4, 2),
            ["outputs"] = Outputs(4, 2),
            ["signatures"] = new JsonArray(null, null),
        }),
        4 => Body("/v1/melt/bolt11", new()
        {
            ["quote"] = (string)(await MeltQuoteAsync(cancellation))["quote"]!,
            ["inputs"] = await CoinsAsync(2, cancellation),
            ["outputs"] = Outputs(1, 1, 1),
            ["prefer_async"] = _dice.OnceIn(2),
        }),
        5 => Free("/v1/melt/quote/bolt11", new() { ["request"] = await InvoiceAsync(cancellation), ["unit"] = "sat" }),
        6 => Free("/v1/mint/quote/bolt11", new() { ["amount"] = 4, ["unit"] = "sat", ["description"] = "ä" }),
        7 => Free("/v1/mint/quote/bolt11/check", new() { ["quotes"] = new JsonArray(Known[2]) }),
        8 => Free("/v1/checkstate", new() { ["Ys"] = new JsonArray(SoakKeyset.Y("1").ToString(), SoakKeyset.Y("2").ToString()) }),
        _ => Free("/v1/restore", new() { ["outputs"] = Outputs(4, 2) }),
    };

    /// <summary>A frame's text in either dialect.</summary>
    public string Message() => _dice.Next(8) switch
    {
        0 => $$"""["REQ","r{{_dice.Next(4)}}","check_quote",{"ids":["{{Known[2]}}"]}]""",
        1 => $$"""["REQ","r{{_dice.Next(4)}}","check_proof",{"points":["{{Known[1]}}"],"since":null}]""",
        2 => $$"""["REQ","r{{_dice.Next(4)}}","check_melt_quote",{"ids":["{{Known[3]}}"]}]""",
        3 => $$"""["CLOSE","r{{_dice.Next(4)}}"]""",
        4 => Subscribe("bolt11_mint_quote", Known[2], ""),
        5 => Subscribe("bolt11_melt_quote", Known[3], ""),
        6 => Subscribe("proof_state", Known[1], $",\"since\":{_dice.Of("null", "\"AQ\"", "7")}"),
        _ => $$$"""{"jsonrpc":"2.0","id":{{{_dice.Next(9)}}},"method":"unsubscribe","params":{"subId":"s{{{_dice.Next(4)}}}"}}""",
    };

    private string Subscribe(string kind, string filter, string since) =>
        """{"jsonrpc":"2.0","id":1,"method":"subscribe","params":"""
        + $$$"""{"kind":"{{{kind}}}","subId":"s{{{_dice.Next(4)}}}","filters":["{{{filter}}}"]{{{since}}}}}""";

    private static ValidBody Body(string path, JsonObject body) => new(path, Encoding.UTF8.GetBytes(body.ToJsonString()), true);

    private static ValidBody Free(string path, JsonObject body) => Body(path, body) with { IsMoney = false };

    private JsonArray Outputs(params ulong[] amounts) => _keyset.Json(_keyset.Outputs(amounts));

    private async Task<JsonArray> CoinsAsync(int count, CancellationToken cancellation)
    {
        if (_coins.Count < count)
        {
            var outputs = _keyset.Outputs([.. Enumerable.Repeat(CoinAmount, CoinsAtOnce)]);
            foreach (var coin in await MintAsync(outputs, CoinAmount * CoinsAtOnce, cancellation)) _coins.Enqueue(coin);
        }

        return _keyset.Json(Enumerable.Range(0, count).Select(_ => _coins.Dequeue()));
    }

    /// <summary>A coin that the generator's secret key, which is 1, opens.</summary>
    private async Task<JsonArray> LockedAsync(CancellationToken cancellation)
    {
        var (key, signature) = (new byte[32], new byte[64]);
        key[31] = 1;
        Secp256k1.TryPublicKey(key, out var generator);
        var secret = string.Create(CultureInfo.InvariantCulture,
            $"[\"P2PK\",{{\"nonce\":\"{_dice.Next()}\",\"data\":\"{generator}\",\"tags\":[[\"sigflag\",\"SIG_INPUTS\"]]}}]");
        var coins = _keyset.Json(await MintAsync([_keyset.Output(CoinAmount, secret)], CoinAmount, cancellation));
        Secp256k1.SignSchnorr(key, SHA256.HashData(Encoding.UTF8.GetBytes(secret)), [], signature);
        coins[0]!["witness"] = $"{{\"signatures\":[\"{Convert.ToHexStringLower(signature)}\"]}}";
        return coins;
    }

    private async Task<IEnumerable<SoakCoin>> MintAsync(SoakOutput[] outputs, ulong amount, CancellationToken cancellation)
    {
        var quote = await QuoteAsync(amount, true, cancellation);
        var signed = await PostAsync(
            "/v1/mint/bolt11", new() { ["quote"] = quote, ["outputs"] = _keyset.Json(outputs) }, cancellation);
        return _keyset.Unblind(outputs, signed["signatures"]!.AsArray());
    }

    private async Task<string> QuoteAsync(ulong amount, bool isPaid, CancellationToken cancellation)
    {
        var quote = await PostAsync("/v1/mint/quote/bolt11", new() { ["amount"] = amount, ["unit"] = "sat" }, cancellation);
        if (isPaid) await PostAsync("/dev/cashu/pay", new() { ["request"] = (string)quote["request"]! }, cancellation);
        return (string)quote["quote"]!;
    }

    private async Task<JsonNode> MeltQuoteAsync(CancellationToken cancellation) => await PostAsync(
        "/v1/melt/quote/bolt11", new() { ["request"] = await InvoiceAsync(cancellation), ["unit"] = "sat" }, cancellation);

    private async Task<string> InvoiceAsync(CancellationToken cancellation) =>
        (string)(await PostAsync("/dev/cashu/invoice", new() { ["amount"] = 10 }, cancellation))["request"]!;

    private async Task<JsonNode> PostAsync(string path, JsonObject body, CancellationToken cancellation)
    {
        using var content = new StringContent(body.ToJsonString());
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new HttpRequestException($"{path}: {text}");
    }
}
