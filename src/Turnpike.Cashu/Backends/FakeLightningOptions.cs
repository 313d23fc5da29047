using Microsoft.Extensions.Options;

namespace Turnpike.Cashu.Backends;

/// <summary>The simulated Lightning node.</summary>
/// <remarks>docs/specs/cashu.md 9.2 and 13.</remarks>
public sealed record FakeLightningOptions
{
    /// <summary>The prefix of its invoices. Default <c>bcrt</c>; also <c>tb</c>, <c>tbs</c>, <c>sb</c>. Never that of real money.</summary>
    public string Network { get; set; } = "bcrt";

    /// <summary>After how long an invoice is paid by itself; 0 = only on demand. Default 500 ms, at most 1 day.</summary>
    public TimeSpan AutoPayDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a payment takes. Default 200 ms, at most 1 h.</summary>
    public TimeSpan PayDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Units beyond sat and msat, with their fixed rates: thousandths of a satoshi for one. Default none.</summary>
    public Dictionary<string, long> Rates { get; } = [];
}

/// <summary>Says in sentences what is wrong with <see cref="FakeLightningOptions"/>.</summary>
internal static class FakeLightningOptionsValidator
{
    private const long MaxRate = 100_000_000_000_000;

    /// <summary>Adds a sentence for each fault, named by its key beneath <paramref name="section"/>.</summary>
    public static void Check(FakeLightningOptions options, ValidateOptionsResultBuilder errors, string section)
    {
        if (options.Network is not ("bcrt" or "tb" or "tbs" or "sb"))
            errors.AddError($"is '{options.Network}'; allowed are bcrt, tb, tbs and sb", $"{section}:Network");
        NodeOptions.CheckTime(options.AutoPayDelay, TimeSpan.Zero, TimeSpan.FromDays(1), errors, $"{section}:AutoPayDelay");
        NodeOptions.CheckTime(options.PayDelay, TimeSpan.Zero, TimeSpan.FromHours(1), errors, $"{section}:PayDelay");
        foreach (var (unit, rate) in options.Rates)
        {
            if (unit is "sat" or "msat")
                errors.AddError("has a fixed rate of its own; leave it out", $"{section}:Rates:{unit}");
            else if (rate is < 1 or > MaxRate)
                errors.AddError($"is {rate}; allowed are 1 to {MaxRate} msat", $"{section}:Rates:{unit}");
        }
    }
}
