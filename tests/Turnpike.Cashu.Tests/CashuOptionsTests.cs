namespace Turnpike.Cashu.Tests;

public class CashuOptionsTests
{
    public static TheoryData<string, Action<CashuOptions>> Wrong => new()
    {
        { "Turnpike:Cashu:Units: is 'SAT'; allowed", o => o.Units = ["SAT"] },
        { "Turnpike:Cashu:Units: is 'usd'; allowed", o => o.Units = ["usd"] },
        { "Turnpike:Cashu:Units: is 'sat, sat'; allowed", o => o.Units = ["sat", "sat"] },
        { "Turnpike:Cashu:KeysetVersions: is '02'; allowed", o => o.KeysetVersions = ["02"] },
        { "Turnpike:Cashu:MaxOrder: is 64; allowed are 1 to 63", o => o.MaxOrder = 64 },
        { "Turnpike:Cashu:MaxMint: is 1; allowed are 5 to", o => (o.MinMint, o.MaxMint) = (5, 1) },
        { "Turnpike:Cashu:FeePercent: is 101; allowed are 0 to 100", o => o.FeePercent = 101 },
        { "Turnpike:Cashu:Lightning: is 'x'; allowed are fake, lnd and cln", o => o.Lightning = "x" },
        { "Turnpike:Cashu:Lnd:Url: is missing; the node needs a URL", o => o.Lightning = "lnd" },
        { "Turnpike:Cashu:Cln:RuneFile: is missing; it names the file", o => o.Lightning = "cln" },
        { "Turnpike:Cashu:Fake:Rates:usd: is 0; allowed are 1 to", o => o.Fake.Rates["usd"] = 0 },
        { "Turnpike:Cashu:Fake:Network: is 'bc'; allowed are bcrt", o => o.Fake.Network = "bc" },
        { "Turnpike:Cashu:AuditInterval: is 0; allowed are 1 to", o => o.AuditInterval = 0 },
        { "Turnpike:Cashu:Prune:Interval: is -1; allowed are 0 to", o => o.Prune.Interval = -1 },
        { "Turnpike:Cashu:Prune:QuoteHours: is 23; allowed are 24 to", o => o.Prune.QuoteHours = 23 },
        { "Turnpike:Cashu:Prune:ProofDays: is 0; allowed are 1 to", o => o.Prune.ProofDays = 0 },
        { "Turnpike:Cashu:Draft:Advertise: is 'maybe'; allowed are auto, always and never", o => o.Draft.Advertise = "maybe" },
        { "Turnpike:Cashu:Limits:RequestsPerMinute: is -1; allowed are 0 to", o => o.Limits.RequestsPerMinute = -1 },
        { "Turnpike:Cashu:Limits:SocketFilters: is 1; allowed are 1000 to", o => o.Limits.SocketFilters = 1 },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_value_is_told_with_its_key_and_what_is_allowed(string sentence, Action<CashuOptions> change)
    {
        var options = new CashuOptions();
        Assert.True(new CashuOptionsValidator().Validate(null, options).Succeeded);
        change(options);
        var failure = new CashuOptionsValidator().Validate(null, options).FailureMessage;
        // "Property Key: text"
        Assert.Contains(sentence, failure?.Replace("Property ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
