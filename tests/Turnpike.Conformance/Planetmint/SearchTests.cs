using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Full text over asset data and metadata.</summary>
public abstract class SearchTests(NodeHost node)
{
    public sealed class OnSqlite(NodeHost node) : SearchTests(node), IClassFixture<NodeHost>;

    public sealed class OnPostgres(PostgresNodeHost node) : SearchTests(node), IClassFixture<PostgresNodeHost>;

    [Fact]
    public async Task Words_phrases_exclusions_and_stems_find_what_they_should()
    {
        var w = Make.Word();        // in each of them, so that other tests' assets stay out: every search excludes all without it
        var running = await AssetAsync($$"""{"a":"{{w}}","text":"A gazelle running fast"}""");
        var nested = await AssetAsync($$"""{"a":"{{w}}","deep":[{"x":["The runner's Café in Zürich"]},"running in circles"]}""");
        var keyOnly = await AssetAsync($$"""{"a":"{{w}}","gazelle":1,"number":42}""");

        await FindsAsync($"\"{w}\" gazelle", running, nested, keyOnly);        // beside a phrase, words choose nothing
        await FindsAsync($"\"{w}\" \"gazelle running\"", running);
        await FindsAsync($"\"{w}\" \"running gazelle\"");
        await FindsAsync($"\"{w}\" \"runs\"", running, nested);                // stems, in phrases too
        await FindsAsync($"\"{w}\" \"RUN\"", running, nested);
        await FindsAsync($"\"{w}\" \"cafe\"", nested);
        await FindsAsync($"\"{w}\" \"zurich\"", nested);
        await FindsAsync($"\"{w}\" \"42\"");                                   // numbers and names of members are not texts
        await FindsAsync($"\"{w}\" -gazelle", nested, keyOnly);
        await FindsAsync($"\"{w}\" -\"running in\"", running, keyOnly);
        await FindsAsync($"\"{w}\" -gazelle -circles", keyOnly);
        await FindsAsync($"{w} {Make.Word()}", running, nested, keyOnly);      // any of the words
        await FindsAsync($"{w.ToUpperInvariant()}", running, nested, keyOnly);
        await FindsAsync($"-{w}");
        await FindsAsync("- ' \" *");
    }

    [Theory]
    [InlineData("OR"), InlineData("AND NOT"), InlineData("NEAR(a b)"), InlineData("words : x"), InlineData("a*"), InlineData("^a"),
        InlineData("(((")]
    [InlineData("\""), InlineData("\"\""), InlineData("a\"b"), InlineData("-"), InlineData("--a"), InlineData("-\"-\""),
        InlineData("'; DROP TABLE pm_tx; --")]
    [InlineData("{a}"), InlineData("a + b"), InlineData("\u0000"), InlineData("\ud83d\udcb8"), InlineData("a\u0000b"), InlineData("%")]
    public async Task Nothing_that_a_user_writes_is_an_operator(string text)
    {
        foreach (var what in (string[])["assets", "metadata"])
            Assert.Equal(200, (await node.GetAsync($"/api/v1/{what}?search={Uri.EscapeDataString(text)}")).Status);
    }

    [Fact]
    public async Task A_word_that_looks_like_an_operator_is_found_as_a_word()
    {
        var w = Make.Word();
        var made = await AssetAsync($$"""{"a":"{{w}} near or and not"}""");
        foreach (var text in (string[])["near", "NEAR or", "near OR and", "near or and NOT"]) await FindsAsync($"\"{w} {text}\"", made);
        foreach (var text in (string[])["or", "near and", "NOT"]) await FindsAsync($"\"{w} {text}\"");
    }

    [Fact]
    public async Task The_best_comes_first_and_of_equals_the_newest_and_a_limit_cuts()
    {
        var w = Make.Word();
        var equal = new List<Transaction>();
        for (var i = 0; i < 5; i++) equal.Insert(0, await AssetAsync($$"""{"n":{{i}},"a":"{{w}} stone"}"""));
        var best = await AssetAsync($$"""{"a":"{{w}} {{w}} {{w}}"}""");
        var old = equal[^1];

        Assert.Equal(Ids([best, .. equal]), await SearchAsync("assets", w));
        Assert.Equal(Ids([best, equal[0]]), await SearchAsync("assets", w, "&limit=2"));
        Assert.Equal(Ids([best, .. equal]), await SearchAsync("assets", w, "&limit=0"));
        Assert.Equal($$"""{"data":{"a":"{{w}} stone","n":0},"id":"{{old.Id}}"}""",
            (await node.JsonAsync($"/api/v1/assets?search={w}"))[5].GetRawText());
    }

    [Fact]
    public async Task Metadata_of_every_transaction_is_searched_apart_from_assets()
    {
        var (w, v) = (Make.Word(), Make.Word());
        var owner = Make.Key();
        var made = Make.Asset(owner, data: $$"""{"a":"{{w}}"}""", metadata: $$"""{"m":"{{v}}"}""");
        var moved = Make.Transfer(made, 0, owner, owner, $$"""{"m":["{{v}} {{v}}"]}""");
        await node.CommitBlockAsync(made, moved);
        Assert.Equal(Ids([made]), await SearchAsync("assets", w));
        Assert.Empty(await SearchAsync("metadata", w));
        Assert.Empty(await SearchAsync("assets", v));
        Assert.Equal(Ids([moved, made]), await SearchAsync("metadata", v));
        Assert.Equal($$"""{"metadata":{"m":["{{v}} {{v}}"]},"id":"{{moved.Id}}"}""",
            (await node.JsonAsync($"/api/v1/metadata?search={v}"))[0].GetRawText());
    }

    [Fact]
    public async Task At_most_a_thousand_are_found()
    {
        var w = Make.Word();
        var owner = Make.Key();
        await node.CommitBlockAsync([.. Enumerable.Range(0, 1010).Select(i => Make.Asset(owner, data: $$"""{"i":{{i}},"w":"{{w}}"}"""))]);
        foreach (var limit in (string[])["", "&limit=0", "&limit=5000"]) Assert.Equal(1000, (await SearchAsync("assets", w, limit)).Count);
    }

    [Fact]
    public async Task Of_version_3_what_is_one_string_is_found_by_it()
    {
        var (cid, other) = ("bafy" + Make.Word(), "bafy/" + Make.Word() + "?ü");
        var owner = Make.Key();
        var made = Make.Must(
            TransactionBuilder.Create([owner], [new NewOutput(1, owner.Owner)], Json(cid), Json(other), TransactionVersion.V3));
        var old = Make.Asset(owner, data: $$"""{"cid":"{{cid}}"}""");
        var moved = Make.Must(TransactionBuilder.Transfer(made.AssetId, [Spend.Of(made, 0)], [owner], [new NewOutput(1, owner.Owner)],
            Json(other), TransactionVersion.V3));
        await node.CommitBlockAsync(made, old);
        await node.CommitBlockAsync(moved);

        Assert.Equal($$"""[{"data":"{{cid}}","id":"{{made.Id}}"}]""", (await node.GetAsync($"/api/v1/assets/{cid}")).Body);
        Assert.Equal([made.Id.ToString(), moved.Id.ToString()],
            await node.ListAsync($"/api/v1/metadata/{Uri.EscapeDataString(other)}", "id"));
        Assert.Equal("[]", (await node.GetAsync($"/api/v1/assets/{cid}x")).Body);
        Assert.Equal("[]", (await node.GetAsync($"/api/v1/assets/{Uri.EscapeDataString(other)}/")).Body);
    }

    private static byte[] Json(string text) => System.Text.Encoding.UTF8.GetBytes($"\"{text}\"");

    private static IEnumerable<string> Ids(IEnumerable<Transaction> transactions) => transactions.Select(t => t.Id.ToString());

    private async Task<Transaction> AssetAsync(string data)
    {
        var made = Make.Asset(Make.Key(), data: data);
        await node.CommitBlockAsync(made);
        return made;
    }

    private Task<IReadOnlyList<string>> SearchAsync(string what, string text, string more = "") =>
        node.ListAsync($"/api/v1/{what}?search={Uri.EscapeDataString(text)}{more}", "id");

    private async Task FindsAsync(string text, params Transaction[] wanted) =>
        Assert.Equal((text, string.Join(' ', wanted.Select(t => t.Id.ToString()).Order(StringComparer.Ordinal))),
            (text, string.Join(' ', (await SearchAsync("assets", text)).Order(StringComparer.Ordinal))));
}
