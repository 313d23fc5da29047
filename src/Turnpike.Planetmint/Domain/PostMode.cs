namespace Turnpike.Planetmint.Domain;

/// <summary>When a post is answered. Embedded all three mean: after the commit. An upstream gets the word as it came.</summary>
/// <remarks>planetmint.md 3.</remarks>
public enum PostMode
{
    /// <summary>At once, before it checked the transaction for its mempool.</summary>
    Async,

    /// <summary>After that check.</summary>
    Sync,

    /// <summary>When the transaction is in a block.</summary>
    Commit,
}

/// <summary>The word of a mode, as clients and upstreams write it.</summary>
public static class PostModes
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
