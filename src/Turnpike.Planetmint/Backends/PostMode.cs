namespace Turnpike.Planetmint.Backends;

/// <summary>When an upstream answers a post (planetmint.md, section 3).</summary>
internal enum PostMode
{
    /// <summary>At once, before it checked the transaction for its mempool.</summary>
    Async,

    /// <summary>After that check.</summary>
    Sync,

    /// <summary>When the transaction is in a block.</summary>
    Commit,
}

/// <summary>The word of a mode as both kinds of upstream write it.</summary>
internal static class PostModes
{
    /// <summary><c>async</c>, <c>sync</c> or <c>commit</c>.</summary>
    public static string Word(this PostMode mode) => mode switch
    {
        PostMode.Async => "async",
        PostMode.Sync => "sync",
        PostMode.Commit => "commit",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };
}
