using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// A wallet's socket. Each frame is in the dialect that its first two tokens tell, each subscription in that which made it.
/// </summary>
/// <remarks>docs/specs/cashu.md 2 and 3.</remarks>
internal sealed class MintSocket(MintSockets mint) : SocketSession
{
    private readonly Dictionary<(FrameDialect Dialect, string Id), Followed> _followed = [];
    private FrameDialect _dialect = FrameDialect.Rpc;
    private int _filters;
    private double _mayComeNow = mint.Limits.MessageBurst;      // messages, before the rate holds
    private long _cameAt = mint.Clock.GetTimestamp();

    /// <summary>A subscription, and how many objects it follows.</summary>
    private readonly record struct Followed(Subscription Subscription, int Filters);

    /// <inheritdoc/>
    protected override void OnOpen()
    {
        if (!mint.Enter(RemoteAddress)) Exceed($"more than {mint.Limits.SocketsPerAddress} sockets of one address");
    }

    /// <inheritdoc/>
    protected override void OnClose(CloseStatus status)
    {
        mint.Leave(RemoteAddress);
        foreach (var (dialect, _) in _followed.Keys) Count(dialect, -1);
    }

    /// <inheritdoc/>
    protected override ValueTask OnBinary(ReadOnlySpan<byte> data) => OnMessage(data);

    /// <inheritdoc/>
    protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8)
    {
        var dialect = Subscriptions.Dialect(utf8);
        if (dialect != FrameDialect.None) _dialect = dialect;
        if (!MayCome() || utf8.Length > mint.Limits.MessageBytes)
        {
            var most = mint.Limits.MessageBytes;
            Exceed(utf8.Length > most ? $"a message has at most {most} bytes" : "too many messages");
            return default;
        }

        var frame = utf8.ToArray();
        return _dialect == FrameDialect.Draft ? OnDraft(frame) : OnRpc(frame);
    }

    private ValueTask OnDraft(byte[] frame)
    {
        if (!DraftFrames.Read(frame, mint.Limits).TryGet(out var request, out var error)) return Discard(NoticeAsync(error.Message));
        if (request is DraftRequest.Req req) return SubscribeAsync(FrameDialect.Draft, null, req.Subscription);
        Unfollow(FrameDialect.Draft, ((DraftRequest.Close)request).Id);
        return ValueTask.CompletedTask;
    }

    private ValueTask OnRpc(byte[] bytes)
    {
        var frame = RpcFrames.Read(bytes, mint.Limits);
        switch (frame.Request)
        {
            case RpcRequest.Subscribe subscribe:
                return SubscribeAsync(FrameDialect.Rpc, frame.Id, subscribe.Subscription);
            case RpcRequest.Unsubscribe { SubId: var id }:
                if (!Unfollow(FrameDialect.Rpc, id)) return ErrorAsync(frame.Id, RpcFrames.InvalidParams("There is no such subscription"));
                if (frame.Id is not { } rpcId) return default;
                return Discard(SendAsync(to => Write(to, 0, () => RpcFrames.WriteResult(to, rpcId, id, []))));
            default:
                return ErrorAsync(frame.Id, frame.Error!);
        }
    }

    private async ValueTask SubscribeAsync(FrameDialect dialect, string? rpcId, SubscriptionRequest request)
    {
        var key = (dialect, request.Id);
        if (WhyNot(key, request) is { } refusal)
        {
            if (dialect == FrameDialect.Rpc) await ErrorAsync(rpcId, RpcFrames.InvalidParams(refusal));
            else await NoticeAsync(DraftFrames.NoticeText("limit", request.Id, refusal));
            return;
        }

        SubscriptionStart start;
        try
        {
            start = await mint.Reader.ReadAsync(dialect, request, CancellationToken.None);
        }
        catch (StorageException exception)
        {
            mint.Logger.SubscriptionFailed(exception);
            if (dialect == FrameDialect.Rpc) await ErrorAsync(rpcId, RpcFrames.Internal);
            else await NoticeAsync(DraftFrames.NoticeText("error", request.Id, "internal error; try again"));
            return;
        }

        Unfollow(dialect, request.Id);      // the draft: another REQ with the same id replaces the first
        var prefix = dialect == FrameDialect.Draft ? DraftFrames.Prefix(request.Id) : RpcFrames.Prefix(request.Id);
        if (!await SendAsync(to => WriteStart(to, dialect, rpcId, request, start, prefix))) return;
        if (dialect == FrameDialect.Rpc || start.Unknown.Count == 0 || start.Unknown.Count < request.Quotes.Count)
            Follow(key, request.Since.IsAsked, start, prefix);
        foreach (var quote in start.Unpaid) mint.Asks.Ask(quote);
    }

    /// <summary>The answer, the states, and what is said of quotes that there are not; changes come after it.</summary>
    private static void WriteStart(
        FrameWriter to, FrameDialect dialect, string? rpcId, SubscriptionRequest request, SubscriptionStart start, byte[] prefix)
    {
        var n = 0;
        var seq = request.Since.IsAsked ? start.After.ToString() : null;
        var isState = start.IsGap || request.Since.Cursor is null;
        if (rpcId is not null)
        {
            var own = isState && start.States.Count == 0 ? seq : null;
            Write(to, n++, () => RpcFrames.WriteResult(to, rpcId, request.Id, start.Unknown, own));
        }

        for (var i = 0; i < start.States.Count; i++)
        {
            to.Begin(n++);
            System.Buffers.BuffersExtensions.Write(to, prefix);
            // Only the last: who is cut off before it begins anew.
            var isLast = i == start.States.Count - 1;
            NotificationEncoding.Write(to, dialect, start.States[i].Span, isLast ? seq : null, start.IsGap);
            to.End();
        }

        if (dialect == FrameDialect.Rpc) return;
        foreach (var quote in start.Unknown)
            Write(to, n++, () => DraftFrames.WriteNotice(to, DraftFrames.NoticeText("unknown", request.Id, $"no such quote: {quote}")));
    }

    private void Follow((FrameDialect Dialect, string Id) key, bool hasSeq, SubscriptionStart start, byte[] prefix)
    {
        var encoding = new NotificationEncoding(key.Dialect, hasSeq, start.After.HasGaps ? start.After : null);
        var subscription = mint.Notifications.Topic.Join(this, encoding, new Address(prefix, start.Keys), start.After);
        _followed.Add(key, new(subscription, start.Keys.Count));
        _filters += start.Keys.Count;
        Count(key.Dialect, 1);
    }

    private bool Unfollow(FrameDialect dialect, string id)
    {
        if (!_followed.Remove((dialect, id), out var followed)) return false;
        followed.Subscription.Leave();
        _filters -= followed.Filters;
        Count(dialect, -1);
        return true;
    }

    private void Count(FrameDialect dialect, int change) =>
        mint.Open.Add(change, new KeyValuePair<string, object?>("dialect", dialect == FrameDialect.Draft ? "draft" : "rpc"));

    private string? WhyNot((FrameDialect Dialect, string Id) key, SubscriptionRequest request)
    {
        var isReplaced = _followed.TryGetValue(key, out var replaced);
        if (isReplaced && key.Dialect == FrameDialect.Rpc) return "The subId is in use on this socket";
        if (!isReplaced && _followed.Count >= mint.Limits.Subscriptions) return $"more than {mint.Limits.Subscriptions} subscriptions";
        var filters = _filters - replaced.Filters + request.Quotes.Count + request.Points.Count;
        return filters > mint.Limits.SocketFilters ? $"more than {mint.Limits.SocketFilters} objects on one socket" : null;
    }

    /// <summary>A JSON-RPC notification is not answered, however wrong it is.</summary>
    private ValueTask ErrorAsync(string? id, ProtocolError error) =>
        id is null ? default : Discard(SendAsync(to => Write(to, 0, () => RpcFrames.WriteError(to, id, error))));

    private ValueTask<bool> NoticeAsync(string text) => SendAsync(to => Write(to, 0, () => DraftFrames.WriteNotice(to, text)));

    /// <summary>What no wallet does: says which limit it was, and closes.</summary>
    private void Exceed(string limit)
    {
        Send(Text(_dialect == FrameDialect.Draft
            ? to => DraftFrames.WriteNotice(to, DraftFrames.NoticeText("limit", null, limit))
            : to => RpcFrames.WriteError(to, "null", RpcFrames.RateLimit with { Message = limit })));
        Close(CloseCodes.PolicyViolation, limit);
    }

    private bool MayCome()
    {
        var now = mint.Clock.GetTimestamp();
        var since = mint.Clock.GetElapsedTime(_cameAt, now).TotalSeconds;
        _cameAt = now;
        _mayComeNow = Math.Min(mint.Limits.MessageBurst, _mayComeNow + (since * mint.Limits.MessagesPerSecond));
        if (_mayComeNow < 1) return false;
        _mayComeNow--;
        return true;
    }

    private static void Write(FrameWriter to, int n, Action content)
    {
        to.Begin(n);
        content();
        to.End();
    }

    private static ReadOnlySpan<byte> Text(Action<System.Buffers.IBufferWriter<byte>> write)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>(128);
        write(text);
        return text.WrittenSpan;
    }

    /// <summary>Whether it was sent does not matter: the session is over then.</summary>
    private static async ValueTask Discard(ValueTask<bool> sent) => await sent;
}
