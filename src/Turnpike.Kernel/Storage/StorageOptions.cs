using Microsoft.Extensions.Options;

namespace Turnpike.Kernel.Storage;

/// <summary>Where the data is, and the bounds of the store (<c>Turnpike:Storage</c>).</summary>
public sealed record StorageOptions
{
    /// <summary>
    /// The data folder. Made with owner-only rights if it does not exist; one process at a time uses it. Default <c>data</c>.
    /// </summary>
    public string Folder { get; set; } = "data";

    /// <summary>Which store. Only <c>sqlite</c>.</summary>
    public string Provider { get; set; } = "sqlite";

    /// <summary>
    /// Works that share one commit, at most. Default 256: more gains nothing, and an error that takes a transaction along takes all of
    /// them. 1 gives every work a commit of its own. At most 4096.
    /// </summary>
    public int MaxBatch { get; set; } = 256;

    /// <summary>Works that wait for the writer, at most; more are refused as retryable. Default 16384, about a second's work.</summary>
    public int MaxWaiting { get; set; } = 16_384;

    /// <summary>Reads that run at once, each on a connection of its own. Default 16; more than cores × 2 only waits for cores.</summary>
    public int MaxReaders { get; set; } = 16;

    /// <summary>Compiled statements kept per connection. Default 256: more than the program has, so only a bound.</summary>
    public int MaxStatements { get; set; } = 256;

    /// <summary>The database file in <see cref="Folder"/>.</summary>
    internal string DatabaseFile => Path.Combine(Folder, "turnpike.db");
}

/// <summary>Says which key is wrong, what it was and what is allowed.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (string.IsNullOrWhiteSpace(options.Folder)) errors.AddError("is empty; it names the data folder", "Turnpike:Storage:Folder");
        if (options.Provider != "sqlite") errors.AddError($"is '{options.Provider}'; allowed is sqlite", "Turnpike:Storage:Provider");
        Require(errors, options.MaxBatch, 1, 4096, nameof(options.MaxBatch));
        Require(errors, options.MaxWaiting, 1, 1_000_000, nameof(options.MaxWaiting));
        Require(errors, options.MaxReaders, 1, 256, nameof(options.MaxReaders));
        Require(errors, options.MaxStatements, 16, 4096, nameof(options.MaxStatements));
        return errors.Build();
    }

    private static void Require(ValidateOptionsResultBuilder errors, int value, int min, int max, string key)
    {
        if (value < min || value > max) errors.AddError($"is {value}; allowed are {min} to {max}", $"Turnpike:Storage:{key}");
    }
}
