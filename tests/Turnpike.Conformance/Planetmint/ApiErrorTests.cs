using System.Globalization;
using System.Net;
using System.Text;

namespace Turnpike.Conformance.Planetmint;

/// <summary>What the HTTP API answers to what it cannot do, text by text, and to what is hardly HTTP.</summary>
public sealed class ApiErrorTests(PlanetmintNode node) : IClassFixture<PlanetmintNode>
{
    private const string Key = "9uPfUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQw";
    private const string Missing = "Missing required parameter in the JSON body or the post body or the query string";
    private const string NotFound = """{"message":"Not found","status":404}""";
    private static readonly string s_id = new('0', 64);

    public static TheoryData<string, int, string> Gets => new()
    {
        { "transactions", 400, Of("asset_id", Missing) },
        { "transactions?asset_id=", 400, Of("asset_id", Missing) },
        { "transactions?asset_id=123", 400, Of("asset_id", "Invalid hash") },
        { "transactions?asset_id=" + s_id + "0", 400, Of("asset_id", "Invalid hash") },
        { "transactions?asset_ids=" + s_id + ",123", 400, Of("asset_ids", "Invalid hash") },
        { $"transactions?asset_id={s_id}&operation=GENESIS", 400, Of("operation", "Operation must be \\\"CREATE\\\" or \\\"TRANSFER\\\"") },
        { $"transactions?asset_id={s_id}&last_tx=1", 400,
            Of("last_tx", "Boolean value must be \\\"true\\\" or \\\"false\\\" (lowercase)") },
        { $"transactions?asset_id={s_id}&limit=-1", 400, Of("limit", "Must be a whole number, 0 or larger") },
        { $"transactions?asset_id={s_id}&after=x", 400, Of("after", "Invalid hash") },
        { $"transactions?asset_id={s_id}&after={s_id}", 404, NotFound },
        { $"transactions?asset_id={s_id}", 200, "[]" },
        { $"transactions?asset_id={s_id}&last_tx=TRUE&operation=create", 200, "[]" },
        { "transactions/123", 404, NotFound },
        { "transactions/" + s_id, 404, NotFound },
        { "outputs", 400, Of("public_key", Missing) },
        { "outputs?public_key=abc", 400, Of("public_key", "Invalid base58 ed25519 key") },
        { "outputs?public_key=O" + Key[1..], 400, Of("public_key", "Invalid base58 ed25519 key") },
        { $"outputs?public_key={Key}&spent=maybe", 400, Of("spent", "Boolean value must be \\\"true\\\" or \\\"false\\\" (lowercase)") },
        { $"outputs?public_key={Key}&detail=1", 400, Of("detail", "Boolean value must be \\\"true\\\" or \\\"false\\\" (lowercase)") },
        { $"outputs?public_key={Key}&foo=1", 400, """{"message":"Unknown arguments: foo"}""" },
        { $"outputs?public_key={Key}&after={s_id}", 404, NotFound },
        { $"outputs?public_key={Key}&spent=False", 200, "[]" },
        { "blocks", 400, Of("transaction_id", Missing) },
        { "blocks?transaction_id=123", 400, Of("transaction_id", "Invalid hash") },
        { $"blocks?transaction_id={s_id}&status=VALID", 400, """{"message":"Unknown arguments: status"}""" },
        { $"blocks?transaction_id={s_id}", 200, "[]" },
        { "blocks/0", 200, """{"height":0,"transactions":[]}""" },
        { "blocks/1000000", 404, NotFound },
        { "blocks/-1", 404, NotFound },
        { "blocks/one", 404, NotFound },
        { "blocks/99999999999999999999", 404, NotFound },
        { "assets", 400, Of("search", Missing) },
        { "assets?search=", 400, """{"message":"text_search cannot be empty","status":400}""" },
        { "assets?search=%20", 400, """{"message":"text_search cannot be empty","status":400}""" },
        { "assets?search=a&limit=x", 400, Of("limit", "Must be a whole number, 0 or larger") },
        { "metadata", 400, Of("search", Missing) },
        { "metadata?search=", 400, """{"message":"text_search cannot be empty","status":400}""" },
        { "nothing", 404, NotFound },
        { "transactions/a/b", 404, NotFound },
    };

    [Theory, MemberData(nameof(Gets))]
    public async Task A_request_is_answered_with_its_text_with_and_without_a_slash(string path, int status, string body)
    {
        var (name, query) = path.Split('?') is [var before, var after] ? (before, "?" + after) : (path, "");
        foreach (var spelled in (string[])[name + query, name + "/" + query])
        {
            var answer = await node.GetAsync("/api/v1/" + spelled);
            Assert.Equal((spelled, status, body), (spelled, answer.Status, answer.Body));
            Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        }
    }

    [Theory]
    [InlineData("[]"), InlineData("7"), InlineData("null"), InlineData("\"text\""), InlineData(""), InlineData("{"), InlineData("{}x")]
    [InlineData("{\"id\":NaN}"), InlineData("{\"a\":1,\"a\":2}"), InlineData("{'id':1}"), InlineData("\u0000"),
        InlineData("{\"id\":\"\\ud800\"}")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string body)
    {
        var answer = await node.PostAsync(body);
        Assert.Equal(400, answer.Status);
        Assert.Equal(400, answer.Json.GetProperty("status").GetInt32());
        Assert.NotEqual("", answer.Message);
        Assert.DoesNotContain("System.", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mode_is_one_of_three()
    {
        foreach (var mode in (string[])["COMMIT", "later", "async,sync"])
        {
            var answer = await node.PostAsync("{}", "?mode=" + mode);
            Assert.Equal((400, Of("mode", "Mode must be \\\"async\\\", \\\"sync\\\" or \\\"commit\\\"")), (answer.Status, answer.Body));
        }
        foreach (var mode in (string[])["", "?mode=async", "?mode=sync", "?mode=commit", "?mode="])
            Assert.Equal(202, (await node.PostAsync(Make.Text(Make.Asset(Make.Key())), mode)).Status);
    }

    [Fact]
    public async Task A_body_of_a_MiB_is_taken_and_a_larger_one_is_not()
    {
        const int limit = 1024 * 1024;
        var frame = Make.Text(Make.Asset(Make.Key(), data: """{"big":""}""")).Length;
        var largest = Make.Asset(Make.Key(), data: $$"""{"big":"{{new string('x', limit - frame - 4)}}"}""");
        Assert.InRange(largest.CanonicalBody.Length, limit - 8, limit);
        Assert.Equal(202, (await node.PostAsync(Make.Text(largest))).Status);
        Assert.Equal(Make.Text(largest), (await node.GetAsync($"/api/v1/transactions/{largest.Id}")).Body);

        var tooLarge = await node.PostAsync(Make.Text(largest) + new string(' ', 16));
        Assert.Equal((413, 413), (tooLarge.Status, tooLarge.Json.GetProperty("status").GetInt32()));
        Assert.Equal("*", Assert.Single(tooLarge.Headers.GetValues("Access-Control-Allow-Origin")));
        // Far beyond every limit, with a length and without.
        foreach (var head in (string[])["Content-Length: 1000000000", "Transfer-Encoding: chunked"])
        {
            using var connection = await RawConnection.OpenAsync(node.Main);
            await connection.SendAsync($"POST /api/v1/transactions HTTP/1.1\r\nHost: node\r\n{head}\r\n\r\n");
            if (head.StartsWith("Transfer", StringComparison.Ordinal))
                for (var i = 0; i < 17; i++) await connection.SendAsync(Chunk(new string('{', 64 * 1024)));
            Assert.StartsWith("HTTP/1.1 413 ", await connection.HeadAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_in_chunks_of_any_size_is_taken()
    {
        var made = Make.Asset(Make.Key());
        using var connection = await RawConnection.OpenAsync(node.Main);
        await connection.SendAsync(
            "POST /api/v1/transactions HTTP/1.1\r\nHost: node\r\nContent-Type: nonsense\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (var piece in Make.Text(made).Chunk(7)) await connection.SendAsync(Chunk(new string(piece)));
        await connection.SendAsync("0\r\n\r\n");
        var (head, body) = await connection.AnswerAsync();
        Assert.StartsWith("HTTP/1.1 202 ", head, StringComparison.Ordinal);
        Assert.Equal(Make.Text(made), body);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing_and_disturbs_nobody()
    {
        var made = Make.Asset(Make.Key());
        for (var i = 0; i < 20; i++)
        {
            var connection = await RawConnection.OpenAsync(node.Main);
            var text = RawConnection.Post(Make.Text(made));
            await connection.SendAsync(text[..(text.Length * (i + 1) / 21)]);
            if (i % 2 == 0) connection.Reset();
            else connection.Dispose();
        }
        Assert.Equal(404, (await node.GetAsync($"/api/v1/transactions/{made.Id}")).Status);
        await node.CommitAsync(made);
    }

    [Fact]
    public async Task Requests_sent_one_behind_the_other_are_answered_in_order()
    {
        var owner = Make.Key();
        var created = Make.Asset(owner);
        var moved = Make.Transfer(created, 0, owner, Make.Key());
        using var connection = await RawConnection.OpenAsync(node.Main);
        var get = $"GET /api/v1/transactions/{moved.Id} HTTP/1.1\r\nHost: node\r\n\r\n";
        await connection.SendAsync(get + RawConnection.Post(Make.Text(created)) + RawConnection.Post(Make.Text(moved)) + get);
        (int, string)[] wanted = [(404, NotFound), (202, Make.Text(created)), (202, Make.Text(moved)), (200, Make.Text(moved))];
        foreach (var (status, body) in wanted)
        {
            var answer = await connection.AnswerAsync();
            Assert.StartsWith($"HTTP/1.1 {status} ", answer.Head, StringComparison.Ordinal);
            Assert.Equal(body, answer.Body);
        }
    }

    [Theory]
    [InlineData("PUT", "transactions"), InlineData("DELETE", "transactions/1"), InlineData("POST", "outputs"),
        InlineData("PATCH", "blocks/latest")]
    [InlineData("HEAD", "transactions"), InlineData("HEAD", "blocks/latest"), InlineData("POST", "streams/valid_transactions"),
        InlineData("PUT", "")]
    [InlineData("POST", "nothing")]
    public async Task Another_method_is_not_allowed(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/" + path);
        var answer = await node.SendAsync(request);
        Assert.Equal(405, answer.Status);
        if (method != "HEAD") Assert.Equal("""{"message":"Method not allowed","status":405}""", answer.Body);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("/api/v1/transactions"), InlineData("/api/v1/transactions/"), InlineData("/api/v1/outputs"), InlineData("/api/v1/"),
        InlineData("/")]
    [InlineData("/api/v1/streams/valid_transactions"), InlineData("/api/v1/nothing")]
    public async Task A_preflight_is_allowed_what_it_asks_for(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://wallet.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type, x-app");
        var answer = await node.SendAsync(request);
        Assert.Equal((int)HttpStatusCode.NoContent, answer.Status);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("POST", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Equal("content-type, x-app", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Headers")));
    }

    [Fact]
    public async Task The_validator_is_this_node_and_stays_it()
    {
        var validator = Assert.Single((await node.JsonAsync("/api/v1/validators/")).EnumerateArray());
        Assert.Equal(10, validator.GetProperty("voting_power").GetInt32());
        Assert.Equal("ed25519-base64", validator.GetProperty("public_key").GetProperty("type").GetString());
        Assert.Equal(32, validator.GetProperty("public_key").GetProperty("value").GetBytesFromBase64().Length);
        Assert.Equal(validator.GetRawText(), (await node.JsonAsync("/api/v1/validators"))[0].GetRawText());
    }

    private static string Of(string parameter, string text) => $$$"""{"message":{"{{{parameter}}}":"{{{text}}}"}}""";

    private static byte[] Chunk(string text) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetByteCount(text).ToString("x", CultureInfo.InvariantCulture) + "\r\n" + text + "\r\n");
}
