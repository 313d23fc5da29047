using System.Text;
using System.Text.Json.Nodes;
using Turnpike.Cashu.Domain;

namespace Turnpike.Soak;

/// <summary>
/// A wallet that mints, swaps and melts at random. What it sends it has kept before; when no answer comes, it sends the same again, to
/// whichever server is there. So it knows at the end what it must have.
/// </summary>
internal sealed class SoakWallet(IMintServers servers, Dice dice, Action answered, Action<string> fault)
{
    private const int MostCoins = 8;

    private readonly List<SoakCoin> _coins = [];
    private readonly Dictionary<string, (SoakCoin[] Inputs, SoakOutput[] Blanks)> _held = [];
    private readonly Dictionary<string, (string Quote, ulong Amount)> _ownQuotes = [];     // mint quotes that a melt is to pay
    private readonly Queue<MintRequest> _toSend = new();
    private SoakKeyset? _keyset;

    /// <summary>What it can spend.</summary>
    public IReadOnlyList<SoakCoin> Coins => _coins;

    /// <summary>Answers to melts, by their state or code.</summary>
    public SortedDictionary<string, int> Melts { get; } = [];

    /// <summary>Requests that were sent again, as no answer had come.</summary>
    public int Repeated { get; private set; }

    /// <summary>Works until told to stop, and then until every request of its own is answered and every melt decided.</summary>
    public async Task RunAsync(Func<bool> goOn, CancellationToken cancellation)
    {
        _keyset ??= SoakKeyset.Read((await SendAsync("/v1/keys", null, isKept: false, cancellation)).Body, dice);
        while (goOn() || _toSend.Count > 0)
        {
            if (_toSend.Count == 0) await ThinkAsync(cancellation);
            if (!_toSend.TryDequeue(out var request)) continue;
            var (status, body) = await SendAsync(request.Path, request.Body, isKept: true, cancellation);
            if (status >= 500) fault($"{request.Path} was answered with {status}: {body.ToJsonString()}");
            request.Take(status, body);
            answered();
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (_held.Count > 0)
        {
            await AskAsync(cancellation);
            if (_held.Count > 0) await timer.WaitForNextTickAsync(cancellation);
        }

        // What a melt that was decided at last has paid to ourselves is still to be minted.
        if (_toSend.Count > 0) await RunAsync(() => false, cancellation);
    }

    /// <summary>Looks whether the mint agrees that all coins can be spent.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        foreach (var page in _coins.Chunk(500))
        {
            var ys = new JsonArray([.. page.Select(c => (JsonNode)SoakKeyset.Y(c.Secret).ToString())]);
            var (_, body) = await SendAsync("/v1/checkstate", new JsonObject { ["Ys"] = ys }.ToJsonString(), isKept: false, cancellation);
            foreach (var state in body["states"]!.AsArray())
                if ((string)state!["state"]! != "UNSPENT") fault($"a coin that a wallet holds is {(string)state["state"]!}");
        }
    }

    private async Task ThinkAsync(CancellationToken cancellation)
    {
        if (_held.Count > 0 && dice.OnceIn(2)) await AskAsync(cancellation);
        if (_coins.Count == 0 || dice.OnceIn(4)) await MintAsync((ulong)(1 + dice.Next(500)), cancellation);
        else if (_coins.Count > MostCoins || dice.OnceIn(3)) Swap();
        else await MeltAsync(cancellation);
    }

    /// <summary>A quote that nobody pays is forgotten if its answer is; what is paid is minted.</summary>
    private async Task MintAsync(ulong amount, CancellationToken cancellation)
    {
        var (status, quote) = await SendAsync(
            "/v1/mint/quote/bolt11", new JsonObject { ["amount"] = amount, ["unit"] = "sat" }.ToJsonString(), isKept: false, cancellation);
        if (status != 200)
        {
            fault($"no quote to mint: {quote.ToJsonString()}");
            return;
        }

        _toSend.Enqueue(new MintRequest(
            "/dev/cashu/pay", new JsonObject { ["request"] = (string)quote["request"]! }.ToJsonString(), (paid, answer) =>
            {
                if (paid == 200 && (string)answer["state"]! == "PAID") Issue((string)quote["quote"]!, amount);
                else fault($"an invoice was not paid: {answer.ToJsonString()}");
            }));
    }

    private void Issue(string quote, ulong amount)
    {
        var outputs = _keyset!.Outputs(Amounts.Split(amount));
        var body = new JsonObject { ["quote"] = quote, ["outputs"] = _keyset!.Json(outputs) };
        _toSend.Enqueue(new MintRequest("/v1/mint/bolt11", body.ToJsonString(), (status, answer) => Earn("mint", outputs, status, answer)));
    }

    private void Swap()
    {
        var inputs = Take(1 + dice.Next(_coins.Count));
        var outputs = _keyset!.Outputs(Amounts.Split(Total(inputs)));
        var body = new JsonObject { ["inputs"] = _keyset!.Json(inputs), ["outputs"] = _keyset!.Json(outputs) };
        _toSend.Enqueue(new MintRequest("/v1/swap", body.ToJsonString(), (status, answer) => Earn("swap", outputs, status, answer)));
    }

    private async Task MeltAsync(CancellationToken cancellation)
    {
        var inputs = Take(1 + dice.Next(_coins.Count));
        var total = Total(inputs);
        if (total < 5)
        {
            _coins.AddRange(inputs);
            return;
        }

        var amount = 1 + (ulong)dice.Next((int)total - 4);
        var own = dice.OnceIn(4) ? await OwnInvoiceAsync(amount, cancellation) : null;
        var request = own is { } ours ? ours.Request : await ForeignInvoiceAsync(amount, cancellation);
        var (status, quote) = await SendAsync("/v1/melt/quote/bolt11",
            new JsonObject { ["request"] = request, ["unit"] = "sat" }.ToJsonString(), isKept: false, cancellation);
        if (status != 200 || (ulong)quote["amount"]! + (ulong)quote["fee_reserve"]! > total)
        {
            if (status != 200) fault($"no quote to melt: {quote.ToJsonString()}");
            _coins.AddRange(inputs);
            return;
        }

        var blanks = _keyset!.Outputs([.. Enumerable.Repeat(0UL, 10)]);
        var id = (string)quote["quote"]!;
        var body = new JsonObject { ["quote"] = id, ["inputs"] = _keyset!.Json(inputs), ["outputs"] = _keyset!.Json(blanks) };
        if (dice.OnceIn(2)) body["prefer_async"] = true;
        _held.Add(id, (inputs, blanks));
        _toSend.Enqueue(new MintRequest("/v1/melt/bolt11", body.ToJsonString(), (answer, melted) =>
        {
            Decide(id, answer, melted);
            if (own is { } paid) _ownQuotes[id] = (paid.Quote, amount);
            Collect(id, answer, melted);
        }));
    }

    private async Task<(string Quote, string Request)?> OwnInvoiceAsync(ulong amount, CancellationToken cancellation)
    {
        var (_, quote) = await SendAsync(
            "/v1/mint/quote/bolt11", new JsonObject { ["amount"] = amount, ["unit"] = "sat" }.ToJsonString(), isKept: false, cancellation);
        return ((string)quote["quote"]!, (string)quote["request"]!);
    }

    private async Task<string> ForeignInvoiceAsync(ulong amount, CancellationToken cancellation)
    {
        var description = dice.Next(6) switch
        {
            0 => "fake:fail",
            1 => $"fake:pending={dice.Next(1500)}",
            2 => $"fake:unknown={dice.Next(1500)}",
            _ => "",
        };
        var (_, invoice) = await SendAsync("/dev/cashu/invoice",
            new JsonObject { ["amount"] = amount, ["description"] = description }.ToJsonString(), isKept: false, cancellation);
        return (string)invoice["request"]!;
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        foreach (var id in _held.Keys.ToList())
        {
            var (status, quote) = await SendAsync("/v1/melt/quote/bolt11/" + id, null, isKept: false, cancellation);
            if ((string?)quote["state"] == "UNPAID") quote["code"] = 20004;
            Decide(id, (string?)quote["state"] == "UNPAID" ? 400 : status, quote);
            Collect(id, status, quote);
        }
    }

    /// <summary>PAID: the change is ours. PENDING: not yet. Anything else: the inputs are.</summary>
    private void Decide(string id, int status, JsonNode answer)
    {
        var (inputs, blanks) = _held[id];
        var state = status == 200 ? (string)answer["state"]! : answer["code"]!.ToJsonString();
        Melts[state] = Melts.GetValueOrDefault(state) + 1;
        if (state == "PENDING") return;
        _held.Remove(id);
        if (state == "PAID")
        {
            var change = answer["change"]!.AsArray();
            var signed = blanks.Take(change.Count).Select((b, i) => b with { Amount = (ulong)change[i]!["amount"]! });
            _coins.AddRange(_keyset!.Unblind(signed, change));
        }
        else
        {
            // Failed, paid by somebody else, too late, or the server is only just starting.
            if (state is not ("20003" or "20004" or "20006" or "20007")) fault($"a melt was answered with {answer.ToJsonString()}");
            _coins.AddRange(inputs);
        }
    }

    private void Collect(string id, int status, JsonNode answer)
    {
        if (_held.ContainsKey(id) || !_ownQuotes.Remove(id, out var own)) return;
        if (status == 200 && (string)answer["state"]! == "PAID") Issue(own.Quote, own.Amount);
    }

    private void Earn(string what, SoakOutput[] outputs, int status, JsonNode answer)
    {
        if (status == 200) _coins.AddRange(_keyset!.Unblind(outputs, answer["signatures"]!.AsArray()));
        else fault($"a {what} was refused: {answer.ToJsonString()}");
    }

    private async Task<(int Status, JsonNode Body)> SendAsync(string path, string? body, bool isKept, CancellationToken cancellation)
    {
        for (HttpClient? failed = null; ;)
        {
            var http = await servers.NextAsync(failed, cancellation);
            try
            {
                using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = content is null
                    ? await http.GetAsync(new Uri(path, UriKind.Relative), cancellation)
                    : await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
                return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!);
            }
            catch (Exception gone) when (gone is IOException or HttpRequestException)
            {
                failed = http;
                if (isKept) Repeated++;
            }
        }
    }

    private SoakCoin[] Take(int count)
    {
        var taken = new SoakCoin[count];
        for (var i = 0; i < count; i++)
        {
            var at = dice.Next(_coins.Count);
            taken[i] = _coins[at];
            _coins.RemoveAt(at);
        }

        return taken;
    }

    private static ulong Total(SoakCoin[] coins) => coins.Aggregate(0UL, (sum, c) => sum + c.Amount);
}
