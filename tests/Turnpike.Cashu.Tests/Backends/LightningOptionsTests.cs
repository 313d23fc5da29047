using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;

namespace Turnpike.Cashu.Tests.Backends;

using ClnOptions = Turnpike.Cashu.Backends.ClnOptions;
using LndOptions = Turnpike.Cashu.Backends.LndOptions;

public class LightningOptionsTests
{
    private static readonly string File = typeof(LightningOptionsTests).Assembly.Location;

    private static LndOptions Lnd => new() { Url = "https://node:8080/lnd", CertFile = File, MacaroonFile = File };

    private static ClnOptions Cln => new() { Url = "http://127.0.0.1:3010", RuneFile = File };

    public static TheoryData<string, object, string> Wrong => new()
    {
        { "", new FakeLightningOptions { Network = "bc" }, "Turnpike:Cashu:Fake:Network: is 'bc'; allowed are bcrt, tb, tbs and sb" },
        { "", new FakeLightningOptions { AutoPayDelay = TimeSpan.FromSeconds(-1) }, "AutoPayDelay: is -00:00:01; allowed are 00:00:00 to 1.00:00:00" },
        { "", new FakeLightningOptions { PayDelay = TimeSpan.FromHours(2) }, "PayDelay: is 02:00:00; allowed are 00:00:00 to 01:00:00" },
        { "", new FakeLightningOptions { Rates = { ["usd"] = 0 } }, "Rates:usd: is 0; allowed are 1 to 100000000000000 msat" },
        { "", new FakeLightningOptions { Rates = { ["sat"] = 1000 } }, "Rates:sat: has a fixed rate of its own; leave it out" },
        { "", Lnd with { Url = "" }, "Turnpike:Cashu:Lnd:Url: is missing; the node needs a URL such as https://127.0.0.1:8080" },
        { "", Lnd with { Url = "node:8080" }, "Url: is 'node:8080'; allowed is a URL that begins with https://, or http:// on this machine" },
        { "", Lnd with { Url = "http://node:8080" }, "would show the node's key to the network, allowed is https://" },
        { "secret", Lnd with { Url = "https://me:secret@node" }, "has a user, a query or a fragment; allowed are scheme, host, port and path" },
        { "", Lnd with { CertFile = "/no/such/file" }, "Lnd:CertFile: is '/no/such/file'; there is no such file" },
        { "", Lnd with { MacaroonFile = "" }, "MacaroonFile: is missing; it names the file with the node's macaroon" },
        { "", Lnd with { RequestTimeout = TimeSpan.Zero }, "RequestTimeout: is 00:00:00; allowed are 00:00:00.1000000 to 00:05:00" },
        { "", Cln with { Url = "ftp://x" }, "Turnpike:Cashu:Cln:Url: is 'ftp://x'" },
        { "", Cln with { RuneFile = "/no/such/file" }, "RuneFile: is '/no/such/file'; there is no such file" },
        { "", Cln with { RequestTimeout = TimeSpan.FromHours(1) }, "Cln:RequestTimeout: is 01:00:00" },
        { "", Cln with { RetryFor = TimeSpan.Zero }, "RetryFor: is 00:00:00; allowed are 00:00:01 to 00:10:00" },
    };

    private static ValidateOptionsResult Validate(object options)
    {
        var mint = options switch
        {
            FakeLightningOptions fake => new CashuOptions { Fake = fake },
            LndOptions lnd => new CashuOptions { Lightning = "lnd", Lnd = lnd },
            ClnOptions cln => new CashuOptions { Lightning = "cln", Cln = cln },
            _ => throw new ArgumentException("No options"),
        };
        return new CashuOptionsValidator().Validate(null, mint);
    }

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_option_is_named_with_what_is_allowed(string secret, object options, string sentence)
    {
        var failure = Assert.Single(Validate(options).Failures!);
        Assert.Contains(sentence, failure, StringComparison.Ordinal);
        if (secret.Length > 0) Assert.DoesNotContain(secret, failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Sensible_options_are_taken()
    {
        foreach (var options in new object[] { new FakeLightningOptions { Rates = { ["usd"] = 1_000_000 } }, Lnd, Cln, Cln with { CertFile = File } })
            Assert.True(Validate(options).Succeeded);
    }
}
