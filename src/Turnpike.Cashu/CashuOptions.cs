using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;

namespace Turnpike.Cashu;

/// <summary>The Cashu mint (<c>Turnpike:Cashu</c>). Amounts are in sat, times in seconds unless a name says otherwise.</summary>
/// <remarks>docs/specs/cashu.md 12 and 13.</remarks>
public sealed record CashuOptions
{
    /// <summary>Whether the server has this system. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The mint's name in its info document. Default <c>Turnpike</c>.</summary>
    public string Name { get; set; } = "Turnpike";

    /// <summary>One sentence for the info document; empty leaves it out.</summary>
    public string Description { get; set; } = "";

    /// <summary>More sentences for the info document; empty leaves it out.</summary>
    public string DescriptionLong { get; set; } = "";

    /// <summary>Message of the day; empty leaves it out.</summary>
    public string Motd { get; set; } = "";

    /// <summary>Where the mint's picture is; empty leaves it out.</summary>
    public string IconUrl { get; set; } = "";

    /// <summary>Where the mint's terms are; empty leaves it out.</summary>
    public string TosUrl { get; set; } = "";

    /// <summary>Where the mint can be reached from outside.</summary>
    public IList<string> Urls { get; set; } = [];

    /// <summary>How the operator can be reached.</summary>
    public IList<ContactOptions> Contact { get; set; } = [];

    /// <summary>The units of the mint. Default <c>sat</c>, if none is given.</summary>
    public IList<string> Units { get; set; } = [];

    /// <summary>Active versions: <c>01</c>, <c>00</c> (old wallets), or both. Default <c>01</c>, if none is given.</summary>
    public IList<string> KeysetVersions { get; set; } = [];

    /// <summary>Fee of an input, in thousandths of the unit. Default 0.</summary>
    public int InputFeePpk { get; set; }

    /// <summary>How many powers of two, from 1 up, a keyset has keys for. Default 32, at most 63.</summary>
    public int MaxOrder { get; set; } = 32;

    /// <summary>Makes new keysets at the start where fee, order or versions differ from those that are active. Default false.</summary>
    public bool RotateAtStart { get; set; }

    /// <summary>Whether mint quotes are made and minted. Default true.</summary>
    public bool Minting { get; set; } = true;

    /// <summary>Whether melt quotes are made and melted. Default true.</summary>
    public bool Melting { get; set; } = true;

    /// <summary>Smallest mint quote, sat. Default 1.</summary>
    public long MinMint { get; set; } = 1;

    /// <summary>Largest mint quote, sat. Default 1 000 000.</summary>
    public long MaxMint { get; set; } = 1_000_000;

    /// <summary>Smallest melt quote, sat. Default 1.</summary>
    public long MinMelt { get; set; } = 1;

    /// <summary>Largest melt quote, sat. Default 1 000 000.</summary>
    public long MaxMelt { get; set; } = 1_000_000;

    /// <summary>Percent of a melt's amount kept for Lightning's fee. Default 1.</summary>
    public int FeePercent { get; set; } = 1;

    /// <summary>The least that is kept for Lightning's fee, sat. Default 2.</summary>
    public int MinFee { get; set; } = 2;

    /// <summary>How long a mint quote's invoice can be paid, seconds. Default 3600.</summary>
    public int MintQuoteTtl { get; set; } = 3600;

    /// <summary>How long a melt quote can be melted, seconds. Default 3600.</summary>
    public int MeltQuoteTtl { get; set; } = 3600;

    /// <summary>How long a melt waits for its payment before it is answered as PENDING, seconds. Default 60.</summary>
    public int PayTimeout { get; set; } = 60;

    /// <summary>Whether every mint quote must be locked to a key. Default false.</summary>
    public bool RequirePubkey { get; set; }

    /// <summary>How often the books are audited while the server runs, seconds. It reads all of the mint's tables. Default 3600.</summary>
    public int AuditInterval { get; set; } = 3600;

    /// <summary>Where Lightning is: <c>fake</c> (default), <c>lnd</c> or <c>cln</c>.</summary>
    public string Lightning { get; set; } = "fake";

    /// <summary>Whether others use the node too: payments that no quote knows are then only counted. Default false.</summary>
    public bool SharedNode { get; set; }

    /// <summary>The simulated Lightning node.</summary>
    public FakeLightningOptions Fake { get; set; } = new();

    /// <summary>LND's REST interface.</summary>
    public LndOptions Lnd { get; set; } = new();

    /// <summary>Core Lightning's REST interface.</summary>
    public ClnOptions Cln { get; set; } = new();

    /// <summary>The draft WebSocket dialect.</summary>
    public DraftOptions Draft { get; set; } = new();

    /// <summary>What one request or socket may take.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>What is deleted, and when.</summary>
    public PruneOptions Prune { get; set; } = new();

    /// <summary>The units, with the default.</summary>
    internal IReadOnlyList<string> UnitsOrDefault => Units.Count == 0 ? ["sat"] : [.. Units];

    /// <summary>The versions, with the default.</summary>
    internal IReadOnlyList<string> VersionsOrDefault => KeysetVersions.Count == 0 ? ["01"] : [.. KeysetVersions];
}

/// <summary>A way to reach the operator (<c>Turnpike:Cashu:Contact</c>).</summary>
public sealed record ContactOptions
{
    /// <summary><c>email</c>, <c>nostr</c>, <c>twitter</c>, …</summary>
    public string Method { get; set; } = "";

    /// <summary>The address.</summary>
    public string Info { get; set; } = "";
}

/// <summary>The draft WebSocket dialect (<c>Turnpike:Cashu:Draft</c>).</summary>
public sealed record DraftOptions
{
    /// <summary>
    /// Whether the info document names it: <c>auto</c> (default: not to wallets that cannot bear it), <c>always</c>, <c>never</c>.
    /// </summary>
    public string Advertise { get; set; } = "auto";
}

/// <summary>What is deleted because nothing can need it any more (<c>Turnpike:Cashu:Prune</c>).</summary>
/// <remarks>docs/specs/cashu.md 8.</remarks>
public sealed record PruneOptions
{
    /// <summary>How often is looked for it, seconds; 0 for never. Default 3600.</summary>
    public int Interval { get; set; } = 3600;

    /// <summary>How long after their expiry unpaid quotes are kept, hours. Default 24, at least 24.</summary>
    public int QuoteHours { get; set; } = 24;

    /// <summary>How long after their keyset's final expiry spent proofs are kept, days. Default 30, at least 1.</summary>
    public int ProofDays { get; set; } = 30;
}

/// <summary>What one request or socket may take (<c>Turnpike:Cashu:Limits</c>).</summary>
/// <remarks>docs/specs/cashu.md 12.</remarks>
public sealed record LimitOptions
{
    /// <summary>Bytes of a body. Default 4 MiB.</summary>
    public int BodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Inputs, and Ys of a state check. Default 1000.</summary>
    public int Inputs { get; set; } = 1000;

    /// <summary>Outputs. Default 1000.</summary>
    public int Outputs { get; set; } = 1000;

    /// <summary>Bytes of a secret as UTF-8. Default 2048.</summary>
    public int SecretBytes { get; set; } = 2048;

    /// <summary>Bytes of a witness as UTF-8. Default 4096.</summary>
    public int WitnessBytes { get; set; } = 4096;

    /// <summary>Quotes of a batch. Default 100.</summary>
    public int Batch { get; set; } = 100;

    /// <summary>Schnorr verifications of a request. Default 2000, about 60 ms.</summary>
    public int Verifications { get; set; } = 2000;

    /// <summary>Subscriptions of a socket. Default 200.</summary>
    public int Subscriptions { get; set; } = 200;

    /// <summary>Filters of a subscription. Default 1000.</summary>
    public int Filters { get; set; } = 1000;

    /// <summary>Filters of a socket. Default 10 000.</summary>
    public int SocketFilters { get; set; } = 10_000;

    /// <summary>Bytes of a message on a socket; beyond it 1008. Default 262 144: a subscription to 1000 points has 70 000.</summary>
    public int MessageBytes { get; set; } = 256 * 1024;

    /// <summary>Messages of a socket in a second, on average; beyond it 1008. Default 20.</summary>
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>Messages that a socket may send at once after a pause. Default 100: a wallet subscribes to all it has.</summary>
    public int MessageBurst { get; set; } = 100;

    /// <summary>Sockets of one address (IPv6: one /64); further ones are closed with 1008. Default 100.</summary>
    public int SocketsPerAddress { get; set; } = 100;

    /// <summary>
    /// HTTP requests of one address (IPv6: one /64) in a minute, on average; beyond it 429. Default 600; 0 for no limit. None for this
    /// machine.
    /// </summary>
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>The same for quotes that are made, mint, swap and melt, which count apart. Default 120.</summary>
    public int MoneyRequestsPerMinute { get; set; } = 120;

    /// <summary>How long events are kept for resuming, days. Default 7.</summary>
    public int RetentionDays { get; set; } = 7;
}

/// <summary>Says which key is wrong, what it was and what is allowed.</summary>
internal sealed class CashuOptionsValidator : IValidateOptions<CashuOptions>
{
    private const string Section = "Turnpike:Cashu";

    public ValidateOptionsResult Validate(string? name, CashuOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        CheckKeysets(options, errors);
        CheckAmounts(options, errors);
        CheckLightning(options, errors);
        CheckLimits(options.Limits, errors);
        Check(options.Prune.Interval, 0, 31_536_000, "Prune:Interval", errors);
        Check(options.Prune.QuoteHours, 24, 87_600, "Prune:QuoteHours", errors);
        Check(options.Prune.ProofDays, 1, 3650, "Prune:ProofDays", errors);
        if (options.Draft.Advertise is not ("auto" or "always" or "never"))
            errors.AddError($"is '{options.Draft.Advertise}'; allowed are auto, always and never", $"{Section}:Draft:Advertise");
        return errors.Build();
    }

    private static void CheckKeysets(CashuOptions options, ValidateOptionsResultBuilder errors)
    {
        foreach (var unit in options.UnitsOrDefault)
        {
            if (unit.Length is < 1 or > 32 || unit.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-')))
                errors.AddError($"is '{unit}'; allowed are 1 to 32 characters of a-z, 0-9, _ and -", $"{Section}:Units");
            else if (unit is not ("sat" or "msat") && (options.Lightning != "fake" || !options.Fake.Rates.ContainsKey(unit)))
                errors.AddError($"is '{unit}'; allowed are sat, msat and, with the fake, what Fake:Rates has", $"{Section}:Units");
        }

        if (options.UnitsOrDefault.Distinct(StringComparer.Ordinal).Count() != options.UnitsOrDefault.Count)
            errors.AddError($"is '{string.Join(", ", options.Units)}'; allowed is each unit once", $"{Section}:Units");
        var versions = options.VersionsOrDefault;
        if (versions.Any(v => v is not ("00" or "01")) || versions.Distinct(StringComparer.Ordinal).Count() != versions.Count)
            errors.AddError($"is '{string.Join(", ", versions)}'; allowed are 01 and 00, each once", $"{Section}:KeysetVersions");
        Check(options.InputFeePpk, 0, 100_000, "InputFeePpk", errors);
        Check(options.MaxOrder, 1, 63, "MaxOrder", errors);
    }

    private static void CheckAmounts(CashuOptions options, ValidateOptionsResultBuilder errors)
    {
        const long most = 21_000_000L * 100_000_000;
        Check(options.MinMint, 1, most, "MinMint", errors);
        Check(options.MaxMint, options.MinMint, most, "MaxMint", errors);
        Check(options.MinMelt, 1, most, "MinMelt", errors);
        Check(options.MaxMelt, options.MinMelt, most, "MaxMelt", errors);
        Check(options.FeePercent, 0, 100, "FeePercent", errors);
        Check(options.MinFee, 0, 1_000_000, "MinFee", errors);
        Check(options.MintQuoteTtl, 10, 31_536_000, "MintQuoteTtl", errors);
        Check(options.MeltQuoteTtl, 10, 31_536_000, "MeltQuoteTtl", errors);
        Check(options.PayTimeout, 1, 600, "PayTimeout", errors);
        Check(options.AuditInterval, 1, 31_536_000, "AuditInterval", errors);
    }

    private static void CheckLightning(CashuOptions options, ValidateOptionsResultBuilder errors)
    {
        switch (options.Lightning)
        {
            case "fake":
                FakeLightningOptionsValidator.Check(options.Fake, errors, $"{Section}:Fake");
                break;
            case "lnd":
                LndOptionsValidator.Check(options.Lnd, errors, $"{Section}:Lnd");
                break;
            case "cln":
                ClnOptionsValidator.Check(options.Cln, errors, $"{Section}:Cln");
                break;
            default:
                errors.AddError($"is '{options.Lightning}'; allowed are fake, lnd and cln", $"{Section}:Lightning");
                break;
        }
    }

    private static void CheckLimits(LimitOptions limits, ValidateOptionsResultBuilder errors)
    {
        Check(limits.BodyBytes, 1024, 64 * 1024 * 1024, "Limits:BodyBytes", errors);
        Check(limits.Inputs, 1, 10_000, "Limits:Inputs", errors);
        Check(limits.Outputs, 1, 10_000, "Limits:Outputs", errors);
        Check(limits.SecretBytes, 64, 65_536, "Limits:SecretBytes", errors);
        Check(limits.WitnessBytes, 64, 65_536, "Limits:WitnessBytes", errors);
        Check(limits.Batch, 1, 1000, "Limits:Batch", errors);
        Check(limits.Verifications, 1, 100_000, "Limits:Verifications", errors);
        Check(limits.Subscriptions, 1, 10_000, "Limits:Subscriptions", errors);
        Check(limits.Filters, 1, 10_000, "Limits:Filters", errors);
        Check(limits.SocketFilters, limits.Filters, 1_000_000, "Limits:SocketFilters", errors);
        Check(limits.MessageBytes, 4096, 1 << 20, "Limits:MessageBytes", errors);
        Check(limits.MessagesPerSecond, 1, 1_000_000, "Limits:MessagesPerSecond", errors);
        Check(limits.MessageBurst, 1, 1_000_000, "Limits:MessageBurst", errors);
        Check(limits.SocketsPerAddress, 1, 10_000_000, "Limits:SocketsPerAddress", errors);
        Check(limits.RequestsPerMinute, 0, 1_000_000, "Limits:RequestsPerMinute", errors);
        Check(limits.MoneyRequestsPerMinute, 0, 1_000_000, "Limits:MoneyRequestsPerMinute", errors);
        Check(limits.RetentionDays, 1, 365, "Limits:RetentionDays", errors);
    }

    private static void Check(long value, long least, long most, string key, ValidateOptionsResultBuilder errors)
    {
        if (value < least || value > most) errors.AddError($"is {value}; allowed are {least} to {most}", $"{Section}:{key}");
    }
}
