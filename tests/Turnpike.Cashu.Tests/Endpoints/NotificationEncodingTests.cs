using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Endpoints;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Events;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>What follows a prefix, of events as they are stored.</summary>
public sealed class NotificationEncodingTests
{
    private const string Melt =
        """{"quote":"q\u0022","request":"ln","amount":1,"unit":"sat","method":"bolt11","fee_reserve":2,"state":"PAID",""" +
        """ "expiry":9,"payment_preimage":null}""";

    private static readonly NotificationEncoding s_rpc = new(FrameDialect.Rpc, false, null);

    [Fact]
    public void Json_rpc_gets_the_payload_as_it_is_and_the_draft_gets_its_own_members()
    {
        Assert.Equal(Melt + "}}", Encode(s_rpc, Of<MeltQuoteChanged>(3, Melt)));
        var draft = Encode(s_rpc with { Dialect = FrameDialect.Draft }, Of<MeltQuoteChanged>(3, Melt));
        Assert.EndsWith("}]", draft);
        var data = JsonDocument.Parse(draft[..^1]).RootElement;
        Assert.Equal(("q\"", true, 2), (data.GetProperty("quote_id").GetString(), data.GetProperty("paid").GetBoolean(),
            data.GetProperty("fee_reserve").GetInt32()));
    }

    [Fact]
    public void A_type_or_version_that_is_not_known_is_passed_over()
    {
        Assert.Equal("", Encode(s_rpc, new CommittedEvent(1, "cashu/proof/02", "cashu.other", 1, "{}"u8.ToArray())));
        Assert.Equal("", Encode(s_rpc, new CommittedEvent(1, "cashu/proof/02", ProofChanged.EventType, 2, "{}"u8.ToArray())));
    }

    /// <summary>As on PostgreSQL, where a snapshot may hold 6 and not yet 5: base64url of version 1, position 4, one missing, one held.</summary>
    [Fact]
    public void What_a_state_held_ahead_of_the_feed_is_passed_over_and_belongs_to_every_cursor()
    {
        var held = Known.Ok(Cursor.Parse("AQQBAQ"));
        Assert.True(held.HasGaps);
        var encoding = new NotificationEncoding(FrameDialect.Rpc, true, held);
        Assert.Equal("", Encode(encoding, Of<ProofChanged>(6, """{"a":1}""")));
        var (five, seven) = (Of<ProofChanged>(5, """{"a":1}"""), Of<ProofChanged>(7, """{"a":1}"""));
        Assert.Equal(WithSeq(Cursor.Of(Of<ProofChanged>(6, "{}"))), Encode(encoding, five));
        Assert.Equal(WithSeq(Cursor.Of(seven)), Encode(encoding, seven));
        Assert.Equal(WithSeq(Cursor.Of(five)), Encode(encoding with { Held = null }, five));
    }

    private static string WithSeq(Cursor seq) => "{\"a\":1,\"seq\":\"" + seq + "\"}}}";

    private static CommittedEvent Of<T>(long position, string payload) where T : IEvent =>
        new(position, "cashu/x", T.EventType, T.EventVersion, Encoding.UTF8.GetBytes(payload));

    private static string Encode(NotificationEncoding encoding, CommittedEvent committed) =>
        encoding.ContentOf(committed) is { } content ? Encoding.UTF8.GetString(content.Span) : "";
}
