using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Domain;

public class SpendingConditionTests
{
    private const long Clock = 1767225600;

    [Theory, Vectors("cashu/spending_conditions.json", "proofs")]
    public void A_condition_is_met_or_not(string name, bool valid, JsonElement proof) => CheckProof(name, valid, proof);

    [Theory, Vectors("cashu/spending_conditions.json", "own")]
    public void An_edge_of_the_rules_holds(string name, bool valid, JsonElement proof) => CheckProof(name, valid, proof);

    [Theory, Vectors("cashu/spending_conditions.json", "swaps")]
    public void A_swap_signed_as_a_whole_is_checked(string name, bool valid, JsonElement vector)
    {
        var swap = Known.Swap(vector.GetProperty("request"));
        CheckMessage(vector, SpendingRules.MessageOfAll(swap.Inputs, swap.Outputs, null));
        Assert.True(valid == (SpendingRules.Check(swap.Inputs, swap.Outputs, null, Clock, 2000) is null), name);
    }

    [Theory, Vectors("cashu/spending_conditions.json", "melts")]
    public void A_melt_signed_as_a_whole_is_checked(string name, bool valid, JsonElement vector)
    {
        var melt = Known.Ok(MeltMessages.Read(Encoding.UTF8.GetBytes(vector.GetProperty("request").GetRawText()), Known.Limits));
        CheckMessage(vector, SpendingRules.MessageOfAll(melt.Inputs, melt.Outputs!, melt.Quote));
        Assert.True(valid == (SpendingRules.Check(melt.Inputs, melt.Outputs!, melt.Quote, Clock, 2000) is null), name);
        Assert.NotNull(SpendingRules.Check(melt.Inputs, melt.Outputs!, new QuoteId("another"), Clock, 2000));
        Assert.NotNull(SpendingRules.Check(melt.Inputs, [], melt.Quote, Clock, 2000));
    }

    [Theory, Vectors("cashu/spending_conditions.json", "htlc_hash")]
    public void The_hash_of_an_htlc_is_that_of_the_preimage_s_bytes(string preimage, string hash)
    {
        var secret = $$"""["HTLC",{"nonce":"n","data":"{{hash}}"}]""";
        Assert.Null(Check(secret, WitnessJson.Make([], preimage)));
        Assert.Null(Check(secret, WitnessJson.Make([], preimage.ToUpperInvariant())));
        Assert.NotNull(Check(secret, WitnessJson.Make([], preimage[..62] + "02")));
    }

    [Theory]
    [InlineData("""["P2PK",{"nonce":"n"}]""")]
    [InlineData("""["P2PK",{"data":"x"}]""")]
    [InlineData("""["P2PK"]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"x"},1]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"x"}]]""")]
    [InlineData("""["P2PK",{"nonce":1,"data":"x"}]""")]
    [InlineData("""["p2pk",{"nonce":"n","data":"x"}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"x"}""")]
    [InlineData("[")]
    [InlineData("")]
    public void Other_text_is_an_ordinary_secret(string secret) => Assert.Null(Check(secret, null));

    [Theory]
    [InlineData("""["P2PK",{"nonce":"n","data":"x"}]""")]
    [InlineData("""  [ "P2PK" , { "nonce" : "n", "data" : "x" } ] """)]
    [InlineData("""["P2\u0050K",{"nonce":"n","d\u0061ta":"x"}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":{}}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[[]]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":["locktime"]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[["locktime",1]]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[["other",""]]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","data":"{k}"}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[],"tags":[["locktime","1"]]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[["n_sigs","1.5"]]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[["n_sigs_refund","1"]]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[["sigflag"]]}]""")]
    [InlineData("""["P2PK",{"nonce":"n","data":"{k}","tags":[["refund","02"]]}]""")]
    [InlineData("""["HTLC",{"nonce":"n","data":"x","tags":[["n_sigs","1"]]}]""")]
    public void A_malformed_condition_can_never_be_spent(string secret)
    {
        secret = secret.Replace("{k}", Known.Generator, StringComparison.Ordinal);
        Assert.NotNull(SecretJson.Parse(Encoding.UTF8.GetBytes(secret)).Fault);
        Assert.Equal(10001, Check(secret, Sign(secret, 1))?.Code);
    }

    [Fact]
    public void Depth_does_not_make_a_condition_ordinary()
    {
        var deep = $$"""["P2PK",{"nonce":"n","data":"{{Known.Generator}}","x":{{new string('[', 500)}}{{new string(']', 500)}}}]""";
        Assert.NotNull(SecretJson.Parse(Encoding.UTF8.GetBytes(deep)).Condition);
        Assert.Equal(10001, Check(deep, null)?.Code);
        Assert.Null(Check(deep, Sign(deep, 1)));
    }

    [Fact]
    public void The_lock_time_itself_is_still_locked()
    {
        var secret = $$"""["P2PK",{"nonce":"n","data":"{{Known.Generator}}","tags":[["locktime","{{Clock}}"]]}]""";
        Assert.NotNull(Check(secret, null));
        Assert.Null(Check(secret, null, now: Clock + 1));
    }

    [Fact]
    public void One_signature_counts_for_one_key_however_often_it_is_given()
    {
        Assert.True(Secp256k1.TryPublicKey(Number(2), out var second));
        var secret = $$"""["P2PK",{"nonce":"n","data":"{{Known.Generator}}","tags":[["pubkeys","{{second}}"],["n_sigs","2"]]}]""";
        var one = Sign(secret, 1).Signatures[0];
        Assert.NotNull(Check(secret, WitnessJson.Make([one, one])));
        Assert.Null(Check(secret, WitnessJson.Make([one, "ff", Sign(secret, 2).Signatures[0]])));
    }

    [Fact]
    public void More_signatures_than_are_tried_are_told_as_too_many()
    {
        var secret = $$"""["P2PK",{"nonce":"n","data":"{{Known.Generator}}"}]""";
        var wrong = Convert.ToHexStringLower(new byte[64]);
        Proof[] inputs = [.. Enumerable.Range(0, 3).Select(_ => Plain(secret, WitnessJson.Make([wrong, wrong, Sign(secret, 1).Signatures[0]])))];
        Assert.Null(SpendingRules.Check(inputs, [], null, Clock, 9));
        Assert.Equal(11014, SpendingRules.Check(inputs, [], null, Clock, 8)?.Code);
        Assert.Equal(10001, Check(secret, WitnessJson.Make([.. Enumerable.Repeat(wrong, 23)]))?.Code);
    }

    [Fact]
    public void With_one_input_that_signs_all_an_ordinary_one_cannot_stand_beside_it()
    {
        var secret = $$"""["P2PK",{"nonce":"n","data":"{{Known.Generator}}","tags":[["sigflag","SIG_ALL"]]}]""";
        foreach (var inputs in new[] { new[] { Plain(secret, null), Plain("x", null) }, [Plain("x", null), Plain(secret, null)] })
            Assert.Equal(10001, SpendingRules.Check(inputs, [], null, Clock, 2000)?.Code);
    }

    private static void CheckProof(string name, bool valid, JsonElement proof)
    {
        var body = $$"""{"inputs":[{{proof.GetRawText()}}],"outputs":[]}""";
        var swap = Known.Ok(SwapMessages.Read(Encoding.UTF8.GetBytes(body), Known.Limits));
        var error = SpendingRules.Check(swap.Inputs, [], null, Clock, 2000);
        Assert.True(valid == error is null, $"{name}: {error?.Message}");
        if (error is not null) Assert.Equal(10001, error.Code);
    }

    private static void CheckMessage(JsonElement vector, byte[] message)
    {
        if (!vector.TryGetProperty("message", out var expected)) return;
        Assert.Equal(expected.GetString(), Encoding.UTF8.GetString(message));
        Assert.Equal(vector.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(message)));
    }

    private static ProtocolError? Check(string secret, Witness? witness, long now = Clock) =>
        SpendingRules.Check([Plain(secret, witness)], [], null, now, 2000);

    private static Proof Plain(string secret, Witness? witness) =>
        new(1, default, SecretJson.Parse(Encoding.UTF8.GetBytes(secret)), Known.Text(Known.Generator), witness);

    private static Witness Sign(string secret, byte key)
    {
        var signature = new byte[64];
        Secp256k1.SignSchnorr(Number(key), SHA256.HashData(Encoding.UTF8.GetBytes(secret)), [], signature);
        return WitnessJson.Make([Convert.ToHexStringLower(signature)]);
    }

    private static byte[] Number(byte number) => [.. new byte[31], number];
}
