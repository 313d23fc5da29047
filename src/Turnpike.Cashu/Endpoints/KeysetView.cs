using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;

namespace Turnpike.Cashu.Endpoints;

/// <summary>The mint's keysets as of one moment, with the numbers that rows call them by and the answers that tell of them.</summary>
internal sealed class KeysetView
{
    private readonly FrozenDictionary<KeysetId, int> _numbers;
    private readonly FrozenDictionary<int, MintKeyset> _byNumber;
    private readonly FrozenDictionary<KeysetId, PreparedAnswer> _keysOf;

    /// <summary>Keysets whose keys have been derived and compared.</summary>
    /// <param name="keysets">Row and keys of each, in the order in which they were made.</param>
    public KeysetView(IReadOnlyList<(StoredKeyset Row, MintKeyset Keys)> keysets)
    {
        Rows = [.. keysets.Select(k => k.Row)];
        Keysets = new Keysets([.. keysets.Select(k => k.Keys)]);
        _numbers = keysets.ToFrozenDictionary(k => k.Row.Id, k => k.Row.No);
        _byNumber = keysets.ToFrozenDictionary(k => k.Row.No, k => k.Keys);
        ActiveKeys = PreparedAnswer.Of(to => KeysMessages.WriteKeys(to, Keysets.All.Select(k => k.Keyset).Where(k => k.IsActive)));
        AllKeysets = PreparedAnswer.Of(to => KeysMessages.WriteKeysets(to, Keysets.All.Select(k => k.Keyset)));
        _keysOf = keysets.ToFrozenDictionary(
            k => k.Row.Id, k => PreparedAnswer.Of(to => KeysMessages.WriteKeys(to, [k.Keys.Keyset])));
    }

    /// <summary>Their rows, in the order in which they were made.</summary>
    public IReadOnlyList<StoredKeyset> Rows { get; }

    /// <summary>All of them.</summary>
    public Keysets Keysets { get; }

    /// <summary><c>GET /v1/keys</c>.</summary>
    public PreparedAnswer ActiveKeys { get; }

    /// <summary><c>GET /v1/keysets</c>.</summary>
    public PreparedAnswer AllKeysets { get; }

    /// <summary><c>GET /v1/keys/{id}</c>; null if there is no such keyset.</summary>
    public PreparedAnswer? KeysOf(in KeysetId id) => _keysOf.GetValueOrDefault(id);

    /// <summary>What rows call a keyset.</summary>
    public int NumberOf(in KeysetId id) => _numbers[id];

    /// <summary>The keyset that rows call so; null if it was made after this view.</summary>
    public MintKeyset? Find(int number) => _byNumber.GetValueOrDefault(number);
}

/// <summary>An answer that is the same for everybody until the keysets change.</summary>
/// <param name="Body">JSON.</param>
/// <param name="ETag">Quoted; of the body.</param>
internal sealed record PreparedAnswer(ReadOnlyMemory<byte> Body, string ETag)
{
    /// <summary>Writes it once.</summary>
    public static PreparedAnswer Of(Action<IBufferWriter<byte>> write)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        write(body);
        return new PreparedAnswer(body.WrittenMemory, $"\"{Convert.ToHexStringLower(SHA256.HashData(body.WrittenSpan).AsSpan(0, 16))}\"");
    }
}
