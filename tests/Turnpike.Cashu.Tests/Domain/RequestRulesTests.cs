using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Tests.Domain;

public class RequestRulesTests
{
    private const long Now = 1000;

    private static readonly MintKeyset s_active = Known.Keyset();
    private static readonly MintKeyset s_old = Known.Keyset(index: 1, fee: 100, active: false);
    private static readonly MintKeyset s_expired = Known.Keyset(index: 2, expiry: Now);
    private static readonly MintKeyset s_usd = Known.Keyset(unit: "usd");
    private static readonly Keysets s_keysets = new([s_active, s_old, s_expired, s_usd]);

    [Fact]
    public void A_good_swap_passes_and_its_proofs_verify()
    {
        var checkedSwap = Known.Ok(Swap([Input(s_active, 4), Input(s_active, 2, "b")], [Output(s_active, 4), Output(s_active, 2, 2)]));

        Assert.Equal((6UL, 0UL, 6UL), (checkedSwap.Inputs.Total, checkedSwap.Inputs.Fee, checkedSwap.Outputs.Total));
        Assert.Null(Verifier.Verify(checkedSwap.Inputs, Verifier.Ys(checkedSwap.Inputs)));
        foreach (var (signature, output) in Signer.Sign(checkedSwap.Outputs, 2).Zip(checkedSwap.Outputs.Points))
        {
            Assert.True(s_active.Keyset.TryGetKey(signature.Amount, out var key));
            Assert.True(signature.Dleq.Verify(key, output.Compressed, signature.Signature));
        }
    }

    [Fact]
    public void Work_that_is_spread_over_the_cores_gives_the_same()
    {
        Proof[] inputs = [.. Enumerable.Range(0, 20).Select(i => Input(s_active, 1UL << i % 8, $"secret {i}"))];
        BlindedMessage[] outputs = [.. Enumerable.Range(0, 20).Select(i => Output(s_active, 1UL << i % 8, i))];
        var checkedSwap = Known.Ok(Swap(inputs, outputs));
        var ys = Verifier.Ys(checkedSwap.Inputs);
        Assert.Equal(inputs.Select(p => HashToCurve.Hash(p.Secret.Utf8.Span)), ys);
        Assert.Null(Verifier.Verify(checkedSwap.Inputs, ys));
        Assert.Equal(outputs.Select((o, i) => Signer.Sign(s_active, o.Amount, checkedSwap.Outputs.Points[i])), Signer.Sign(checkedSwap.Outputs));
        (ys[18], ys[19]) = (ys[19], ys[18]);
        Assert.Equal(10001, Verifier.Verify(checkedSwap.Inputs, ys)?.Code);
    }

    [Fact]
    public void A_proof_of_another_amount_does_not_verify()
    {
        var swap = Known.Ok(Swap([Input(s_active, 4) with { Amount = 8 }], [Output(s_active, 8)]));
        Assert.Equal(10001, Verifier.Verify(swap.Inputs, Verifier.Ys(swap.Inputs))?.Code);
    }

    public static TheoryData<string, int, Proof[], BlindedMessage[]> Wrong()
    {
        var (one, other) = (Input(s_active, 4), Input(s_active, 4, "b"));
        var bad = Known.Text("02" + new string('0', 64));
        return new()
        {
            { "no inputs", 10000, [], [Output(s_active, 1)] },
            { "no outputs", 10000, [one], [] },
            { "too many inputs", 11014, [.. Enumerable.Repeat(one, 1001)], [Output(s_active, 1)] },
            { "too many outputs", 11015, [one], [.. Enumerable.Repeat(Output(s_active, 1), 1001)] },
            { "a secret twice", 11007, [one, one with { Amount = 2 }], [Output(default(KeysetId), 4), Output(default(KeysetId), 4)] },
            { "an output twice", 11008, [one], [Output(s_active, 2), Upper(Output(s_active, 2))] },
            { "unknown keyset in", 12001, [one with { Id = default }], [Output(s_active, 4)] },
            { "unknown keyset out", 12001, [one], [Output(default(KeysetId), 4)] },
            { "inactive keyset out", 12002, [one], [Output(s_old, 4)] },
            { "expired keyset in", 12003, [one with { Id = s_expired.Id }], [Output(s_usd, 4)] },
            { "expired keyset out", 12003, [one], [Output(s_expired, 4)] },
            { "several units in", 11009, [one, other with { Id = s_usd.Id }], [Output(s_active, 8)] },
            { "several units out", 11009, [one], [Output(s_active, 2), Output(s_usd, 2, 2)] },
            { "units differ", 11010, [one], [Output(s_usd, 4)] },
            { "no key in", 10001, [one with { Amount = 3 }], [Output(s_active, 5)] },
            { "no key in, too large", 10001, [one with { Amount = 256 }], [Output(s_active, 256)] },
            { "no key out", 11006, [one], [Output(s_active, 3), Output(s_active, 1, 2)] },
            { "no key for 0", 11006, [one], [Output(s_active, 4), Output(s_active, 0, 2)] },
            { "too little out", 11005, [one], [Output(s_active, 2) with { Blinded = bad }] },
            { "too much out", 11005, [one], [Output(s_active, 8)] },
            { "the fee forgotten", 11005, [one with { Id = s_old.Id }], [Output(s_active, 4)] },
            { "no point", 10000, [one], [Output(s_active, 4) with { Blinded = bad }] },
        };
    }

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_swap_is_told_why(string why, int code, Proof[] inputs, BlindedMessage[] outputs)
    {
        var result = Swap(inputs, outputs);
        Assert.True(code == Known.Code(result), $"{why}: {result.Error}");
    }

    [Fact]
    public void An_inactive_keyset_can_still_be_spent_at_its_fee()
    {
        var swap = Known.Ok(Swap([Input(s_old, 4)], [Output(s_active, 2), Output(s_active, 1, 2)]));
        Assert.Equal(1UL, swap.Inputs.Fee);
    }

    [Fact]
    public void The_amounts_of_a_melt_s_blanks_mean_nothing()
    {
        var melt = Known.Ok(RequestRules.CheckMelt([Input(s_active, 4)], [Output(s_active, 0), Output(s_active, 3, 2)], s_keysets, Known.Limits, Now));
        Assert.Equal(0UL, melt.Outputs.Total);
        Assert.Null(Known.Ok(RequestRules.CheckMelt([Input(s_active, 4)], [], s_keysets, Known.Limits, Now)).Outputs.Unit);
        Assert.Equal(10000, Known.Code(RequestRules.CheckMelt([], [], s_keysets, Known.Limits, Now)));
        Assert.Equal(12002, Known.Code(RequestRules.CheckMelt([Input(s_active, 4)], [Output(s_old, 1)], s_keysets, Known.Limits, Now)));
    }

    [Fact]
    public void A_mint_is_checked_by_its_outputs()
    {
        Assert.Equal(6UL, Known.Ok(RequestRules.CheckMint([Output(s_active, 4), Output(s_active, 2, 2)], s_keysets, Known.Limits, Now)).Total);
        Assert.Equal(10000, Known.Code(RequestRules.CheckMint([], s_keysets, Known.Limits, Now)));
        Assert.Equal(11008, Known.Code(RequestRules.CheckMint([Output(s_active, 4), Output(s_active, 2)], s_keysets, Known.Limits, Now)));
    }

    [Fact]
    public void A_sum_that_does_not_fit_is_not_balanced()
    {
        var large = Known.Keyset(index: 3, order: 63);
        var keysets = new Keysets([large]);
        Proof[] inputs = [.. Enumerable.Range(0, 2).Select(i => Input(s_active, 1, $"{i}") with { Amount = 1UL << 62, Id = large.Id })];
        BlindedMessage[] outputs = [.. Enumerable.Range(0, 2).Select(i => Output(large, 1UL << 62, i))];
        Assert.Equal(11005, Known.Code(RequestRules.CheckSwap(inputs, outputs, keysets, Known.Limits, Now)));
    }

    private static Result<CheckedTransfer> Swap(Proof[] inputs, BlindedMessage[] outputs) =>
        RequestRules.CheckSwap(inputs, outputs, s_keysets, Known.Limits, Now);

    private static Proof Input(MintKeyset keyset, ulong amount, string secret = "a") => Known.Proof(keyset, amount, secret);

    private static BlindedMessage Output(MintKeyset keyset, ulong amount, int number = 1) => Known.Output(keyset, amount, number);

    private static BlindedMessage Output(KeysetId id, ulong amount) => Known.Output(s_active, amount, 1) with { Id = id };

    private static BlindedMessage Upper(BlindedMessage output) =>
        output with { Blinded = Known.Text(output.Blinded.ToString().ToUpperInvariant()) };
}
