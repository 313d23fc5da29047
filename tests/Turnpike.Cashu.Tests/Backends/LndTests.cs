using Turnpike.Cashu.Backends;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Tests.Backends;

public class LndTests
{
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    private static string Payment(string status, string preimage = Zeros, string reason = "FAILURE_REASON_NONE", int index = 7) =>
        $$$"""
        {"result":{"payment_hash":"{{{Samples.Hash}}}","value":"21","creation_date":"1700000000","fee":"1","payment_preimage":"{{{preimage}}}","value_sat":"21","value_msat":"21000","payment_request":"","status":"{{{status}}}","fee_sat":"1","fee_msat":"1234","creation_time_ns":"1700000000000000000","htlcs":[{"attempt_id":"1","status":"IN_FLIGHT"}],"payment_index":"{{{index}}}","failure_reason":"{{{reason}}}"}}

        """;

    private static string Invoice(string state, int index = 0, long paid = 0) =>
        $$$"""{"memo":"x","r_preimage":"","r_hash":"{{{Samples.Base64}}}","value":"21","value_msat":"21000","settled":false,"state":"{{{state}}}","settle_index":"{{{index}}}","amt_paid_msat":"{{{paid}}}","htlcs":[]}""";

    private static Task<PaymentStatus> PayAsync(LndLightning lnd, string? request = null, long? amountMsat = null) =>
        lnd.PayAsync(request ?? Samples.Request, amountMsat, 500, Samples.Minute, CancellationToken.None);

    [Fact]
    public async Task An_invoice_is_made_with_our_preimage()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then($$"""{"r_hash":"{{Samples.Base64}}","payment_request":"{{Samples.Request}}","add_index":"1","payment_addr":""}""").Lnd();
        var made = await lnd.CreateInvoiceAsync(21_000, "Turnpike", TimeSpan.FromMinutes(10), Samples.Preimage, CancellationToken.None);
        Assert.Equal(new CreatedInvoice(Samples.Request, Samples.Hash), made);
        var preimage = Convert.ToBase64String(Samples.Preimage.Span);
        Assert.Equal(new Asked("POST /v1/invoices",
            $$"""{"value_msat":"21000","memo":"Turnpike","expiry":"600","private":false,"r_preimage":"{{preimage}}"}""", "01abff"),
            Assert.Single(node.Asked));
    }

    [Theory]
    [InlineData(500, """{"code":2,"message":"wallet locked","details":[]}""", "wallet locked")]
    [InlineData(200, """{"payment_request":"lnbc1","r_hash":""}""", "cannot be read")]
    [InlineData(200, """{"r_hash":"AA=="}""", "cannot be read")]
    [InlineData(200, "no JSON", "cannot be read")]
    [InlineData(502, "<html>", "cannot be read")]
    public async Task An_invoice_that_was_not_made_is_an_exception(int status, string body, string said)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then(body, status).Lnd();
        var failure = await Assert.ThrowsAsync<LightningException>(
            () => lnd.CreateInvoiceAsync(21_000, "", Samples.Minute, Samples.Preimage, CancellationToken.None));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invoice_of_another_amount_or_hash_is_not_taken()
    {
        await using var node = await ScriptedNode.StartAsync();
        foreach (var request in new[] { Samples.Invoice(22_000, Samples.Hash), Samples.Invoice(21_000, FakeNode.Preimage(1).PaymentHash), Samples.Amountless })
        {
            using var lnd = node.Then($$"""{"r_hash":"{{Samples.Base64}}","payment_request":"{{request}}"}""").Lnd();
            await Assert.ThrowsAsync<LightningException>(
                () => lnd.CreateInvoiceAsync(21_000, "", Samples.Minute, Samples.Preimage, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Settled_invoices_are_told_of_and_others_passed_over_until_the_connection_is_lost()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.ThenHang($$"""{"result":{{Invoice("OPEN")}}}""" + "\n\n", $$"""{"result":{{Invoice("SETTLED", 43, 21_500)}}}""" + "\n",
            $$"""{"result":{{Invoice("SETTLED", 44)[..20]}}""").Lnd();
        var told = new List<IncomingPayment>();
        await Assert.ThrowsAsync<LightningException>(async () =>
        {
            await foreach (var payment in lnd.IncomingPaymentsAsync(42, CancellationToken.None))
            {
                told.Add(payment);
                node.Cut();
            }
        });
        Assert.Equal([new IncomingPayment(Samples.Hash, 21_500, 43)], told);
        Assert.Equal("GET /v1/invoices/subscribe?settle_index=42", node.Asked.Single().Call);
    }

    [Theory]
    [InlineData(200, """{"error":{"code":2,"message":"server is shutting down","details":[]}}""")]
    [InlineData(401, """{"code":16,"message":"verification failed: signature mismatch","details":[]}""")]
    [InlineData(200, "")]
    [InlineData(200, "not json\n")]
    [InlineData(200, """{"result":{"state":"SETTLED","r_hash":"AA==","amt_paid_msat":"1","settle_index":"3"}}""")]
    public async Task A_stream_that_ends_or_speaks_nonsense_is_an_exception(int status, string body)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then(body, status).Lnd();
        await using var stream = lnd.IncomingPaymentsAsync(0, CancellationToken.None).GetAsyncEnumerator();
        await Assert.ThrowsAsync<LightningException>(() => stream.MoveNextAsync().AsTask());
    }

    [Fact]
    public async Task A_silent_stream_waits_without_a_limit_until_it_is_told_to_end()
    {
        await using var node = await ScriptedNode.StartAsync();
        var clock = new PauseClock();
        using var lnd = node.ThenHang().Lnd(clock);
        using var stop = new CancellationTokenSource();
        await using var stream = lnd.IncomingPaymentsAsync(0, stop.Token).GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask();
        await node.Hanging.WaitAsync();
        clock.Advance(TimeSpan.FromDays(7));
        Assert.False(next.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Theory]
    [InlineData(200, "OPEN", "Unpaid")]
    [InlineData(200, "ACCEPTED", "Unpaid")]
    [InlineData(200, "CANCELED", "Expired")]
    [InlineData(200, "SOMETHING", "Unknown")]
    [InlineData(404, """{"code":5,"message":"unable to locate invoice","details":[]}""", "NotFound")]
    [InlineData(404, """{"code":5,"message":"Not Found","details":[]}""", "Unknown")]
    [InlineData(500, """{"code":2,"message":"oops","details":[]}""", "Unknown")]
    [InlineData(503, "", "Unknown")]
    [InlineData(200, "{}", "Unknown")]
    public async Task An_invoice_is_looked_up(int status, string stateOrBody, string expected)
    {
        await using var node = await ScriptedNode.StartAsync();
        var body = stateOrBody.Length == 0 || stateOrBody[0] == '{' ? stateOrBody : Invoice(stateOrBody);
        using var lnd = node.Then(body, status).Lnd();
        Assert.Equal(expected, (await lnd.GetInvoiceAsync(Samples.Hash, CancellationToken.None)).GetType().Name);
        Assert.Equal($"GET /v1/invoice/{Samples.Hash}", node.Asked.Single().Call);
    }

    [Fact]
    public async Task A_settled_invoice_says_what_came()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then(Invoice("SETTLED", 3, 22_000)).Lnd();
        Assert.Equal(new InvoiceStatus.Paid(22_000), await lnd.GetInvoiceAsync(Samples.Hash, CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_succeeds()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then(Payment("INITIATED") + Payment("IN_FLIGHT") + Payment("SUCCEEDED", Samples.Preimage.ToHex())).Lnd();
        Assert.Equal(new PaymentStatus.Paid(Samples.Preimage, 1234, 7), await PayAsync(lnd));
        Assert.Equal(new Asked("POST /v2/router/send",
            $$"""{"payment_request":"{{Samples.Request}}","fee_limit_msat":"500","timeout_seconds":60,"no_inflight_updates":false}""", "01abff"),
            node.Asked.Single());
    }

    [Fact]
    public async Task The_amount_is_told_only_where_the_invoice_has_none()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then(Payment("IN_FLIGHT")).Then(Payment("IN_FLIGHT")).Lnd();
        await PayAsync(lnd, Samples.Amountless, 3000);
        await PayAsync(lnd, Samples.Request, 3000);
        Assert.Contains("\"amt_msat\":\"3000\"", node.Asked.First().Body, StringComparison.Ordinal);
        Assert.DoesNotContain("amt_msat", node.Asked.Last().Body, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => PayAsync(lnd, Samples.Amountless));
        await Assert.ThrowsAsync<ArgumentException>(() => PayAsync(lnd, "lnbc1"));
    }

    [Fact]
    public async Task A_payment_fails_only_by_a_record_that_says_so()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then(Payment("IN_FLIGHT") + Payment("FAILED", reason: "FAILURE_REASON_NO_ROUTE", index: 9)).Lnd();
        Assert.Equal(new PaymentStatus.Failed("FAILURE_REASON_NO_ROUTE", 9), await PayAsync(lnd));
    }

    public static TheoryData<int, string> Doubts => new()
    {
        { 200, """{"error":{"code":6,"message":"invoice is already paid","details":[]}}""" },
        { 409, """{"error":{"code":6,"message":"payment is in transition","details":[]}}""" },
        { 500, """{"error":{"code":2,"message":"invoice expired. Valid until 2022-07-05","details":[]}}""" },
        { 500, """{"code":2,"message":"router is shutting down","details":[]}""" },
        { 404, """{"code":5,"message":"Not Found","details":[]}""" },
        { 401, """{"code":16,"message":"verification failed","details":[]}""" },
        { 502, "<html>Bad Gateway</html>" },
        { 200, "" },
        { 200, Payment("IN_FLIGHT") },
        { 200, Payment("IN_FLIGHT") + """{"error":{"code":2,"message":"router is shutting down","details":[]}}""" },
        { 200, Payment("IN_FLIGHT") + """{"result":{"status":"FAI""" },
        { 200, Payment("SOMETHING") },
        { 200, Payment("SUCCEEDED") },
        { 200, Payment("SUCCEEDED", Samples.Hash.ToString()) },
        { 200, """{"result":{"status":"FAILED"}}""" },
        { 200, """{"result":null}""" },
        { 200, "null" },
        { 200, "[]" },
    };

    [Theory, MemberData(nameof(Doubts))]
    public async Task Every_doubt_about_a_payment_is_unknown(int status, string body)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Then(body, status).Lnd();
        Assert.NotEmpty(Assert.IsType<PaymentStatus.Unknown>(await PayAsync(lnd)).Reason);
    }

    [Fact]
    public async Task A_lost_connection_is_unknown_at_each_moment()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.ThenCut().ThenCut(Payment("IN_FLIGHT")).ThenCut(Payment("FAILED")[..60]).Lnd();
        for (var i = 0; i < 3; i++) Assert.IsType<PaymentStatus.Unknown>(await PayAsync(lnd));
        await node.DisposeAsync();
        Assert.IsType<PaymentStatus.Unknown>(await PayAsync(lnd));
        Assert.IsType<PaymentStatus.Unknown>(await lnd.GetPaymentAsync(Samples.Hash, null, CancellationToken.None));
        Assert.IsType<InvoiceStatus.Unknown>(await lnd.GetInvoiceAsync(Samples.Hash, CancellationToken.None));
        Assert.Equal(CancelStatus.Unknown, await lnd.CancelInvoiceAsync(Samples.Hash, CancellationToken.None));
        Assert.IsType<LightningStatus.Unreachable>(await lnd.StatusAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_that_does_not_end_is_unknown_after_its_time_and_a_margin()
    {
        await using var node = await ScriptedNode.StartAsync();
        var clock = new PauseClock();
        using var lnd = node.ThenHang(Payment("IN_FLIGHT")).Lnd(clock);
        var paying = PayAsync(lnd);
        await node.Hanging.WaitAsync();
        Assert.Equal(TimeSpan.FromSeconds(90), await clock.PassPauseAsync());
        Assert.IsType<PaymentStatus.Unknown>(await paying);
    }

    [Fact]
    public async Task A_canceled_wait_is_a_cancellation()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.ThenHang(Payment("IN_FLIGHT")).Lnd();
        using var stop = new CancellationTokenSource();
        var paying = lnd.PayAsync(Samples.Request, null, 500, Samples.Minute, stop.Token);
        await node.Hanging.WaitAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => paying);
    }

    [Fact]
    public async Task A_payment_is_tracked_by_the_first_line()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.ThenHang(Payment("IN_FLIGHT", index: 12)).Then(Payment("SUCCEEDED", Samples.Preimage.ToHex()))
            .Then(Payment("FAILED", reason: "FAILURE_REASON_TIMEOUT"))
            .Then("""{"error":{"code":5,"message":"payment isn't initiated","details":[]}}""", 404)
            .Then("""{"code":5,"message":"payment isn't initiated","details":[]}""", 404)
            .Then("""{"code":5,"message":"Not Found","details":[]}""", 404)
            .Then("""{"code":3,"message":"type mismatch, parameter: payment_hash","details":[]}""", 400).Then("").Lnd();
        async Task<PaymentStatus> Ask() => await lnd.GetPaymentAsync(Samples.Hash, null, CancellationToken.None);
        Assert.Equal(new PaymentStatus.InFlight(12), await Ask());
        Assert.Equal(new PaymentStatus.Paid(Samples.Preimage, 1234, 7), await Ask());
        Assert.Equal(new PaymentStatus.Failed("FAILURE_REASON_TIMEOUT", 7), await Ask());
        Assert.Equal(new PaymentStatus.NotFound(), await Ask());
        Assert.Equal(new PaymentStatus.NotFound(), await Ask());
        for (var i = 0; i < 3; i++) Assert.IsType<PaymentStatus.Unknown>(await Ask());
        Assert.All(node.Asked, asked => Assert.Equal($"GET /v2/router/track/{Samples.Base64Url}", asked.Call));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_unknown()
    {
        await using var node = await ScriptedNode.StartAsync();
        var clock = new PauseClock();
        using var lnd = node.ThenHang().Lnd(clock);
        var asking = lnd.GetPaymentAsync(Samples.Hash, null, CancellationToken.None);
        await node.Hanging.WaitAsync();
        Assert.Equal(TimeSpan.FromSeconds(10), await clock.PassPauseAsync());
        Assert.Contains("within 10 s", Assert.IsType<PaymentStatus.Unknown>(await asking).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Canceled")]
    [InlineData("OPEN", "Unknown")]
    [InlineData("CANCELED", "Canceled")]
    [InlineData("SETTLED", "Settled")]
    public async Task An_invoice_is_canceled_or_it_is_looked_up_why_not(string state, string expected)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = (state.Length == 0
            ? node.Then("{}")
            : node.Then("""{"code":2,"message":"invoice already settled","details":[]}""", 500).Then(Invoice(state))).Lnd();
        Assert.Equal(expected, (await lnd.CancelInvoiceAsync(Samples.Hash, CancellationToken.None)).ToString());
        Assert.Equal("POST /v2/invoices/cancel", node.Asked.First().Call);
        Assert.Equal(Samples.Base64, System.Text.Json.JsonDocument.Parse(node.Asked.First().Body).RootElement.GetProperty("payment_hash").GetString());
    }

    [Fact]
    public async Task The_node_says_who_it_is()
    {
        await using var node = await ScriptedNode.StartAsync();
        var info = $$"""{"version":"0.19","identity_pubkey":"{{Samples.Node}}","chains":[{"chain":"bitcoin","network":"regtest"}],"synced_to_chain":true}""";
        using var lnd = node.Then(info).Then("""{"balance":"5","local_balance":{"sat":"5","msat":"5999"},"remote_balance":{"sat":"1","msat":"1000"}}""")
            .Then(info).Then("nothing", 500).Lnd();
        var status = Assert.IsType<LightningStatus.Reachable>(await lnd.StatusAsync(CancellationToken.None));
        Assert.True(PublicKey.TryParse(System.Text.Encoding.ASCII.GetBytes(Samples.Node), out var key));
        Assert.Equal(("bcrt", key, 5999), (status.Network, status.Node, status.SpendableMsat));
        Assert.IsType<LightningStatus.Unreachable>(await lnd.StatusAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_macaroon_may_be_digits()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var lnd = node.Lnd(macaroon: "02AbCd\n"u8.ToArray());
        await lnd.GetInvoiceAsync(Samples.Hash, CancellationToken.None);
        Assert.Equal("02abcd", node.Asked.Single().Key);
        Assert.Throws<LightningException>(() => node.Lnd(macaroon: []));
    }
}
