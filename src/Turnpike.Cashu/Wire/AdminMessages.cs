using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary><c>POST /admin/cashu/rotate</c>.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="InputFeePpk">The new keysets' fee; null for that of the configuration.</param>
/// <param name="FinalExpiry">From when on nothing of them is taken, unix seconds; null for never.</param>
internal sealed record KeysetRotation(string Unit, int? InputFeePpk, long? FinalExpiry);

/// <summary><c>POST /admin/cashu/melt/{id}/resolve</c>.</summary>
/// <param name="Preimage">The proof that it was paid; null if it was not.</param>
/// <param name="FeeMsat">What Lightning took, msat.</param>
internal sealed record MeltResolution(Scalar? Preimage, long FeeMsat);

/// <summary>Reads what an operator sends.</summary>
/// <remarks>docs/specs/cashu.md 13.</remarks>
internal static class AdminMessages
{
    private const ulong MaxFeePpk = 100_000;

    /// <summary>Reads <c>{"unit","input_fee_ppk"?,"final_expiry"?}</c>.</summary>
    public static Result<KeysetRotation> ReadRotation(ReadOnlyMemory<byte> body)
    {
        var json = new JsonInput(body);
        string? unit = null;
        ulong? fee = null, expiry = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            ulong number = 0;
            var isRead = json.Named("unit"u8) ? json.Text("unit", out unit)
                : json.Named("input_fee_ppk"u8) ? json.Amount("input_fee_ppk", out number) && (fee = number) is not null
                : json.Named("final_expiry"u8) ? json.Amount("final_expiry", out number) && (expiry = number) is not null
                : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (unit is null) return CashuErrors.Malformed("unit is needed");
        return fee > MaxFeePpk
            ? CashuErrors.Malformed($"input_fee_ppk must be at most {MaxFeePpk}")
            : new KeysetRotation(unit, (int?)fee, (long?)expiry);
    }

    /// <summary>Reads <c>{"outcome":"paid","payment_preimage","fee_msat"?}</c> or <c>{"outcome":"failed"}</c>.</summary>
    public static Result<MeltResolution> ReadResolution(ReadOnlyMemory<byte> body)
    {
        var json = new JsonInput(body);
        string? outcome = null, preimage = null;
        var fee = 0UL;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            var isRead = json.Named("outcome"u8) ? json.Text("outcome", out outcome)
                : json.Named("payment_preimage"u8) ? json.OptionalText("payment_preimage", out preimage)
                : json.Named("fee_msat"u8) ? json.Amount("fee_msat", out fee)
                : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (outcome == "failed" && preimage is null) return new MeltResolution(null, 0);
        if (outcome == "paid" && preimage is not null && Scalar.TryParse(Encoding.UTF8.GetBytes(preimage), out var proof))
            return new MeltResolution(proof, (long)fee);
        return CashuErrors.Malformed("outcome must be failed; or paid, with the payment_preimage of 64 hexadecimal digits");
    }
}
