using System.Buffers;
using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;

namespace Turnpike.Cashu.Tests.Wire;

/// <summary>Just enough of a mint to answer the frames of the vectors; what it writes, the dialects write.</summary>
internal sealed class SocketMint
{
    private readonly HashSet<string> _subscriptions = new(StringComparer.Ordinal);
    private FrameDialect _last = FrameDialect.Rpc;

    public MintQuote MintQuote { get; set; } =
        Known.MintQuote(10, id: "019e6d5a-2347-7000-8322-05d51d498303") with { UpdatedAt = 1711032970 };

    public MeltQuote MeltQuote { get; } = Known.MeltQuote(10, 2) with { Id = new QuoteId("019e6d5a-2347-7000-8449-370fefb42fed") };

    public ProofState State { get; set; }

    public string? Witness { get; set; }

    public IEnumerable<string> Answer(string frame)
    {
        var bytes = Encoding.UTF8.GetBytes(frame);
        var dialect = Subscriptions.Dialect(bytes);
        if (dialect != FrameDialect.None) _last = dialect;
        return _last == FrameDialect.Draft ? AnswerDraft(bytes) : AnswerRpc(bytes);
    }

    public string Res(string id, SubscriptionRequest request, string key) => Write(o =>
    {
        o.Write(DraftFrames.Prefix(id));
        var data = Bytes(d =>
        {
            if (request.Kind == SubscriptionKind.MintQuote) DraftFrames.WriteMintQuote(d, MintQuote);
            else if (request.Kind == SubscriptionKind.MeltQuote) DraftFrames.WriteMeltQuote(d, MeltQuote, null);
            else StateMessages.WriteOne(d, new ProofStatus(Known.Key(key), State, Witness));
        });
        Subscriptions.WritePayload(o, data, request.Since.IsAsked ? "<cursor>" : null, false);
        o.Write(DraftFrames.Suffix);
    });

    private IEnumerable<string> AnswerDraft(byte[] frame)
    {
        if (!DraftFrames.Read(frame, Known.Limits).TryGet(out var request, out var error))
        {
            yield return Write(o => DraftFrames.WriteNotice(o, error.Message));
            yield break;
        }

        if (request is not DraftRequest.Req { Subscription: { } subscription }) yield break;
        foreach (var key in Names(subscription))
        {
            yield return Exists(subscription, key)
                ? Res(subscription.Id, subscription, key)
                : Write(o => DraftFrames.WriteNotice(o, DraftFrames.NoticeText("unknown", subscription.Id, $"no such quote: {key}")));
        }
    }

    private IEnumerable<string> AnswerRpc(byte[] bytes)
    {
        var frame = RpcFrames.Read(bytes, Known.Limits);
        var (id, error) = (frame.Id!, frame.Error);
        if (frame.Request is RpcRequest.Unsubscribe unsubscribe)
        {
            if (_subscriptions.Remove(unsubscribe.SubId)) yield return Write(o => RpcFrames.WriteResult(o, id, unsubscribe.SubId, []));
            else error = RpcFrames.InvalidParams("no such subscription");
        }

        if (frame.Request is RpcRequest.Subscribe { Subscription: { } request })
        {
            if (_subscriptions.Add(request.Id))
            {
                string[] unknown = [.. Names(request).Where(n => !Exists(request, n))];
                yield return Write(o => RpcFrames.WriteResult(o, id, request.Id, unknown));
                foreach (var key in Names(request).Except(unknown)) yield return Notification(request, key);
            }
            else
            {
                error = RpcFrames.InvalidParams("subId is in use");
            }
        }

        if (error is not null) yield return Write(o => RpcFrames.WriteError(o, id, error));
    }

    private string Notification(SubscriptionRequest request, string key) => Write(o =>
    {
        o.Write(RpcFrames.Prefix(request.Id));
        if (request.Kind == SubscriptionKind.MintQuote) MintMessages.WriteQuote(o, MintQuote);
        else if (request.Kind == SubscriptionKind.MeltQuote) MeltMessages.WriteQuote(o, MeltQuote, null);
        else StateMessages.WriteOne(o, new ProofStatus(Known.Key(key), State, Witness));
        o.Write(RpcFrames.Suffix);
    });

    private bool Exists(SubscriptionRequest request, string name) =>
        request.Kind == SubscriptionKind.Proof || name == MintQuote.Id.Value || name == MeltQuote.Id.Value;

    private static IEnumerable<string> Names(SubscriptionRequest request) =>
        request.Quotes.Select(q => q.Value).Concat(request.Points.Select(p => p.ToString()));

    private static string Write(Action<IBufferWriter<byte>> write) => Encoding.UTF8.GetString(Bytes(write));

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
