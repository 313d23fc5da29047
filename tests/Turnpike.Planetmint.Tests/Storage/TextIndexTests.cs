using System.Text;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Storage;

/// <summary>Text search, the same on both stores.</summary>
public abstract class TextIndexTests(SqlDialect store) : IAsyncLifetime
{
    private static readonly OwnerKeyPair s_alice = TestVectors.Key("alice");
    private ChainFile _chain = null!;
    private int _made;

    public sealed class OnSqlite() : TextIndexTests(SqlDialect.Sqlite);

    public sealed class OnPostgres() : TextIndexTests(SqlDialect.Postgres);

    public async Task InitializeAsync() => _chain = await ChainFile.OpenAsync(store);

    public async Task DisposeAsync() => await _chain.DisposeAsync();

    [Theory]
    [InlineData("A gazelle running fast",
        "gazelle|RUN|runs|\"running fast\"|\"a gazelle\"|a|slow fast", "gaz|\"fast running\"|\"gazelle fast\"|slow")]
    [InlineData("The Café in Zürich, ÉCOLE", "cafe|CAFÉ|zurich|ecole|école|\"the cafe in zurich\"|the", "caf|zurichs2")]
    [InlineData("e\u0301cole nai\u0308ve", "école|ecole|naïve|naive", "col|cole")]
    [InlineData("see https://example.org/a-b/c.html?q=1 or me@example.org",
        "example|html|\"example org a b\"|https|c.html|me@example.org", "exampl2|h")]
    [InlineData("-12 1e5x v1.2.3 0x1F", "12|1e5x|v1.2.3|\"v1 2 3\"|0x1f|-nothing 12", "-12 x9|1e5y|1e6x|2.2")]
    [InlineData("under_score it's O'Brien \"quoted\"", "under|score|under_score|brien|o'brien|quoted|\"it s\"", "underscore|itsy")]
    [InlineData("日本語 текст العربية ÆØÅ Straße", "日本語|ТЕКСТ|текст|العربية|æøå|STRAßE|ÆØÅ", "日本|тек")]
    [InlineData("zero\u0000byte \u0001 end", "zero|byte|\"zero byte\"|end|zero\u0000byte", "zerobyte")]
    [InlineData("near and or not", "near|and|or|not|\"near and or not\"|NEAR|AND", "\"and near\"")]
    public async Task A_text_is_found_by_its_words(string text, string found, string notFound)
    {
        var made = await CommitAsync(text);
        await CommitAsync("something else entirely");
        foreach (var search in found.Split('|')) Assert.Equal((search, $"{made.Id}"), (search, await SearchAsync(search)));
        foreach (var search in notFound.Split('|')) Assert.Equal((search, ""), (search, await SearchAsync(search)));
    }

    [Fact]
    public async Task Exclusions_take_away_and_beside_phrases_words_choose_nothing()
    {
        var both = await CommitAsync("red apple pie");
        var one = await CommitAsync("green apple");
        Assert.Equal($"{one.Id}", await SearchAsync("apple -red"));
        Assert.Equal($"{one.Id}", await SearchAsync("apple -\"apple pie\""));
        Assert.Equal($"{both.Id}", await SearchAsync("\"red apple\" green"));
        Assert.Equal("", await SearchAsync("\"red apple\" \"green\""));
        Assert.Equal("", await SearchAsync("apple -red -green"));
    }

    [Fact]
    public async Task The_denser_match_is_first_and_of_equals_the_newest()
    {
        var old = await CommitAsync("stone one");
        var young = await CommitAsync("stone two");
        var best = await CommitAsync("stone stone stone");
        Assert.Equal($"{best.Id} {young.Id} {old.Id}", await SearchAsync("stone"));
        Assert.Equal($"{best.Id} {young.Id}", await SearchAsync("stone", 2));
    }

    [Fact]
    public async Task No_text_is_too_large_or_too_strange_for_the_index()
    {
        // Just below what a body may have: words that are all different, one word, letters that become three, marks alone.
        var random = new SplitMix(5);
        var words = new StringBuilder("first ");
        while (words.Length < 1_000_000) words.Append(random.Next().ToString("x", null)[..(1 + random.Below(7))]).Append(' ');
        foreach (var text in (string[])[words.ToString(), new('w', 1_000_000), new('힣', 330_000),
            string.Concat(Enumerable.Repeat("힣 ", 250_000)), new('\u0301', 400_000), string.Concat(Enumerable.Repeat("1e1é ", 180_000))])
            await CommitAsync(text, check: false);
        Assert.NotEqual("", await SearchAsync("first"));
        foreach (var search in (string[])[new string('w', 5000), new string('힣', 3000), "\u0301", "\u0000", "½ ٣ ª", "' | !a", "\\' : *"])
            await SearchAsync(search);
    }

    [Fact]
    public async Task No_search_is_an_error()
    {
        await CommitAsync("anything at all");
        var random = new SplitMix(6);
        var letters = "a b\"-'|&!()<>:*\\\0\u0301é힣𝒳½\ufffd1e.".ToCharArray();
        for (var i = 0; i < 1000; i++)
        {
            var search = new StringBuilder();
            for (var n = random.Below(20); n >= 0; n--) search.Append(letters[random.Below(letters.Length)]);
            // Half a pair cannot come out of a request.
            await SearchAsync(string.Concat(search.ToString().Where(c => !char.IsSurrogate(c))));
        }
    }

    private async Task<Transaction> CommitAsync(string text, bool check = true)
    {
        var unique = Encoding.ASCII.GetBytes($$"""{"n":"{{_made++}}"}""");
        var made = TransactionBuilder.Create([s_alice], [new NewOutput(1, s_alice.Owner)], unique).OrThrow() with { AssetText = text };
        if (check)
        {
            var json = System.Text.Json.JsonSerializer.Serialize(text);
            var data = Encoding.UTF8.GetBytes($"{{\"t\":{json}}}");
            var built = TransactionBuilder.Create([s_alice], [new NewOutput(1, s_alice.Owner)], data);
            made = TransactionJson.Read(built.OrThrow().CanonicalBody).OrThrow().Transaction;
            Assert.Equal(text, made.AssetText);
        }

        await _chain.CommitBlockAsync(made);
        return made;
    }

    private Task<string> SearchAsync(string text, int limit = 10) => _chain.Database.ReadAsync(async snapshot =>
    {
        var terms = SearchTerms.Parse(text);
        if (terms.IsEmpty) return "";
        var found = await TextTable.SearchAssetsAsync(snapshot, terms, limit);
        return string.Join(' ', found.Select(b => TransactionJson.Read(b.Body).OrThrow().Transaction.Id));
    }, CancellationToken.None);
}
