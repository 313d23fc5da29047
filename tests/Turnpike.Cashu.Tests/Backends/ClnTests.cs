using Turnpike.Cashu.Backends;

namespace Turnpike.Cashu.Tests.Backends;

public class ClnTests
{
    private static string Part(string status, int index, string extra = "") =>
        $$"""{"payment_hash":"{{Samples.Hash}}","status":"{{status}}","created_at":1738000000,"amount_sent_msat":21500,"created_index":{{index}}{{extra}}}""";

    private static string Complete(int index) => Part("complete", index, $",\"amount_msat\":21000,\"preimage\":\"{Samples.Preimage.ToHex()}\"");

    private static string Pays(params string[] parts) => $$"""{"pays":[{{string.Join(',', parts)}}]}""";

    private static string Error(int code, string message = "No route") => $$"""{"code":{{code}},"message":"{{message}}"}""";

    private static string Invoice(string status, string extra = "") =>
        $$"""{"label":"x","payment_hash":"{{Samples.Hash}}","status":"{{status}}","expires_at":1739000000,"created_index":1,"amount_msat":21000{{extra}}}""";

    private static Task<PaymentStatus> PayAsync(ClnLightning cln, int seconds = 60) =>
        cln.PayAsync(Samples.Request, null, 500, TimeSpan.FromSeconds(seconds), CancellationToken.None);

    private static Task<PaymentStatus> AskAsync(ClnLightning cln, DateTimeOffset? sent = null) =>
        cln.GetPaymentAsync(Samples.Hash, sent, CancellationToken.None);

    [Fact]
    public async Task An_invoice_is_made_with_our_preimage_and_a_label_of_its_hash()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then($$"""{"bolt11":"{{Samples.Request}}","payment_hash":"{{Samples.Hash}}","expires_at":1,"warning_capacity":"x"}""", 201).Cln();
        var made = await cln.CreateInvoiceAsync(21_000, "Turnpike", TimeSpan.FromMinutes(10), Samples.Preimage, CancellationToken.None);
        Assert.Equal(new CreatedInvoice(Samples.Request, Samples.Hash), made);
        Assert.Equal(new Asked("POST /v1/invoice",
            $$"""{"amount_msat":21000,"label":"turnpike/{{Samples.Hash}}","description":"Turnpike","expiry":600,"preimage":"{{Samples.Preimage.ToHex()}}"}""",
            "rune-of-ours="), node.Asked.Single());
    }

    [Fact]
    public async Task An_invoice_that_was_not_made_is_an_exception()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(Error(900, "Duplicate label"), 500).Then(Error(1501, "Not authorized"), 401).Cln();
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<LightningException>(
                () => cln.CreateInvoiceAsync(21_000, "", Samples.Minute, Samples.Preimage, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Paid_invoices_are_waited_for_one_by_one()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(Error(904, "Timed out"), 500).Then(Invoice("paid", ",\"pay_index\":43,\"amount_received_msat\":21500"), 201)
            .Then(Invoice("paid", ",\"pay_index\":44,\"amount_received_msat\":21000"), 201).ThenCut("{").Cln();
        var told = new List<IncomingPayment>();
        await Assert.ThrowsAsync<LightningException>(async () =>
        {
            await foreach (var payment in cln.IncomingPaymentsAsync(42, CancellationToken.None)) told.Add(payment);
        });
        Assert.Equal([new IncomingPayment(Samples.Hash, 21_500, 43), new IncomingPayment(Samples.Hash, 21_000, 44)], told);
        Assert.Equal([42, 42, 43, 44], node.Asked.Select(a =>
            System.Text.Json.JsonDocument.Parse(a.Body).RootElement.GetProperty("lastpay_index").GetInt32()));
        Assert.Equal("""{"lastpay_index":42,"timeout":60}""", node.Asked.First().Body);
    }

    [Theory]
    [InlineData(500, """{"code":-4,"message":"Plugin terminated before replying to RPC call."}""")]
    [InlineData(200, """{"payment_hash":"00","status":"paid","pay_index":50,"amount_received_msat":1}""")]
    [InlineData(200, """{"payment_hash":"0101010101010101010101010101010101010101010101010101010101010101","status":"paid","pay_index":42,"amount_received_msat":1}""")]
    [InlineData(200, """{"payment_hash":"0101010101010101010101010101010101010101010101010101010101010101","status":"expired"}""")]
    [InlineData(200, "")]
    [InlineData(503, "busy")]
    public async Task A_wait_that_fails_or_says_nonsense_is_an_exception(int status, string body)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(body, status).Cln();
        await using var stream = cln.IncomingPaymentsAsync(42, CancellationToken.None).GetAsyncEnumerator();
        await Assert.ThrowsAsync<LightningException>(() => stream.MoveNextAsync().AsTask());
    }

    [Theory]
    [InlineData("unpaid", "", "Unpaid")]
    [InlineData("expired", "", "Expired")]
    [InlineData("paid", ",\"amount_received_msat\":21500", "Paid")]
    [InlineData("paid", "", "Unknown")]
    [InlineData("strange", "", "Unknown")]
    public async Task An_invoice_is_looked_up(string status, string extra, string expected)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then($$"""{"invoices":[{{Invoice(status, extra)}}]}""", 201).Cln();
        var found = await cln.GetInvoiceAsync(Samples.Hash, CancellationToken.None);
        Assert.Equal(expected, found.GetType().Name);
        if (found is InvoiceStatus.Paid paid) Assert.Equal(21_500, paid.AmountMsat);
        Assert.Equal(new Asked("POST /v1/listinvoices", $$"""{"payment_hash":"{{Samples.Hash}}"}""", "rune-of-ours="), node.Asked.Single());
    }

    [Theory]
    [InlineData(201, """{"invoices":[]}""", "NotFound")]
    [InlineData(201, "{}", "Unknown")]
    [InlineData(500, """{"code":-1,"message":"x"}""", "Unknown")]
    [InlineData(404, """{"code":-32601,"message":"Unknown command"}""", "Unknown")]
    [InlineData(502, "", "Unknown")]
    public async Task An_invoice_is_not_found_only_in_an_empty_list(int status, string body, string expected)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(body, status).Cln();
        Assert.Equal(expected, (await cln.GetInvoiceAsync(Samples.Hash, CancellationToken.None)).GetType().Name);
    }

    [Fact]
    public async Task A_payment_succeeds()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(
            $$"""{"payment_preimage":"{{Samples.Preimage.ToHex()}}","amount_msat":21000,"amount_sent_msat":21042,"failed_parts":1,"successful_parts":2}""", 201).Cln();
        Assert.Equal(new PaymentStatus.Paid(Samples.Preimage, 42, PaymentStatus.OfThisCall), await PayAsync(cln));
        Assert.Equal(new Asked("POST /v1/xpay", $$"""{"invstring":"{{Samples.Request}}","maxfee":500,"retry_for":60}""", "rune-of-ours="),
            node.Asked.Single());
    }

    [Fact]
    public async Task The_node_tries_no_longer_than_the_option_says_and_is_told_an_amount_only_where_there_is_none()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Cln();
        await cln.PayAsync(Samples.Amountless, 3000, 0, TimeSpan.FromHours(1), CancellationToken.None);
        await PayAsync(cln, 5);
        Assert.Equal($$"""{"invstring":"{{Samples.Amountless}}","maxfee":0,"retry_for":60,"amount_msat":3000}""", node.Asked.First().Body);
        Assert.Contains("\"retry_for\":5", node.Asked.Last().Body, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(120), cln.ResendAfter);
    }

    [Fact]
    public async Task A_payment_fails_only_if_xpay_says_so_and_no_part_of_it_lives()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(Error(205), 500).Then(Pays(), 201).Then(Error(209), 500).Then(Pays(Part("failed", 3), Part("failed", 4)), 201)
            .Then(Error(209), 500).Then(Pays(Part("failed", 3), Part("pending", 4)), 201)
            .Then(Error(219, "already paid"), 500).Then(Pays(Part("failed", 3), Complete(4)), 201)
            .Then(Error(205), 500).Then("busy", 503).Cln();
        Assert.Contains("No route", Assert.IsType<PaymentStatus.Failed>(await PayAsync(cln)).Reason, StringComparison.Ordinal);
        Assert.Equal(PaymentStatus.OfThisCall, Assert.IsType<PaymentStatus.Failed>(await PayAsync(cln)).Index);
        Assert.Equal(new PaymentStatus.InFlight(4), await PayAsync(cln));
        Assert.Equal(new PaymentStatus.Paid(Samples.Preimage, 500, 4), await PayAsync(cln));
        Assert.IsType<PaymentStatus.Unknown>(await PayAsync(cln));
    }

    public static TheoryData<int, string> Doubts => new()
    {
        { 500, Error(-4, "Plugin terminated before replying to RPC call.") },
        { 500, Error(-1) },
        { 401, Error(1501, "Not authorized") },
        { 404, Error(-32601, "Unknown command") },
        { 500, """{"message":"no code"}""" },
        { 502, "<html>" },
        { 201, "" },
        { 201, "{}" },
        { 201, $$"""{"payment_preimage":"{{Samples.Hash}}","amount_msat":21000,"amount_sent_msat":21042}""" },
        { 201, $$"""{"payment_preimage":"{{Samples.Preimage.ToHex()}}","amount_msat":21000,"amount_sent_msat":20000}""" },
        { 201, $$"""{"payment_preimage":"{{Samples.Preimage.ToHex()}}","amount_msat":"21000msat","amount_sent_msat":21000}""" },
    };

    [Theory, MemberData(nameof(Doubts))]
    public async Task Every_doubt_about_a_payment_is_unknown(int status, string body)
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(body, status).Then(Pays(), 201).Cln();
        Assert.NotEmpty(Assert.IsType<PaymentStatus.Unknown>(await PayAsync(cln)).Reason);
        Assert.Single(node.Asked);
    }

    [Fact]
    public async Task A_lost_connection_is_unknown_at_each_moment()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.ThenCut().ThenCut("{\"payment_preimage\":").Cln();
        for (var i = 0; i < 2; i++) Assert.IsType<PaymentStatus.Unknown>(await PayAsync(cln));
        await node.DisposeAsync();
        Assert.IsType<PaymentStatus.Unknown>(await PayAsync(cln));
        Assert.IsType<PaymentStatus.Unknown>(await AskAsync(cln));
        Assert.IsType<InvoiceStatus.Unknown>(await cln.GetInvoiceAsync(Samples.Hash, CancellationToken.None));
        Assert.Equal(CancelStatus.Unknown, await cln.CancelInvoiceAsync(Samples.Hash, CancellationToken.None));
        Assert.IsType<LightningStatus.Unreachable>(await cln.StatusAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_that_does_not_end_is_unknown_after_its_time_and_a_margin()
    {
        await using var node = await ScriptedNode.StartAsync();
        var clock = new PauseClock();
        using var cln = node.ThenHang().Cln(clock);
        var paying = PayAsync(cln);
        await node.Hanging.WaitAsync();
        Assert.Equal(TimeSpan.FromSeconds(70), await clock.PassPauseAsync());
        Assert.IsType<PaymentStatus.Unknown>(await paying);
    }

    [Fact]
    public async Task A_payment_is_found_by_what_is_furthest()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then(Pays(), 201).Then(Pays(Part("failed", 3), Part("pending", 5), Part("failed", 4)), 201)
            .Then(Pays(Part("pending", 9), Complete(8)), 201).Then(Pays(Part("strange", 1)), 201).Then(Pays(Part("complete", 1)), 201)
            .Then("{}", 201).Then(Error(-1), 500).Cln();
        Assert.Equal(new PaymentStatus.NotFound(), await AskAsync(cln));
        Assert.Equal(new PaymentStatus.InFlight(5), await AskAsync(cln));
        Assert.Equal(new PaymentStatus.Paid(Samples.Preimage, 500, 8), await AskAsync(cln));
        for (var i = 0; i < 4; i++) Assert.IsType<PaymentStatus.Unknown>(await AskAsync(cln));
        Assert.All(node.Asked, asked => Assert.Equal("POST /v1/listpays", asked.Call));
    }

    [Fact]
    public async Task All_parts_failed_is_in_flight_as_long_as_xpay_may_still_try()
    {
        await using var node = await ScriptedNode.StartAsync();
        var clock = new PauseClock();
        var sent = clock.GetUtcNow();
        using var cln = node.Then(Pays(Part("failed", 3)), 201).Cln(clock);
        clock.Advance(cln.ResendAfter - TimeSpan.FromSeconds(1));
        Assert.Equal(new PaymentStatus.InFlight(3), await AskAsync(cln, sent));
        Assert.Single(node.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_parts_failed_is_failed_at_the_second_look_and_in_flight_if_that_differs(bool differs)
    {
        await using var node = await ScriptedNode.StartAsync();
        var clock = new PauseClock();
        var sent = clock.GetUtcNow();
        using var cln = node.Then(Pays(Part("failed", 3)), 201).Then(Pays(Part(differs ? "pending" : "failed", 4)), 201).Cln(clock);
        clock.Advance(cln.ResendAfter);
        var asking = AskAsync(cln, sent);
        await clock.NextPauseAsync(); // the time limit of the first ask
        Assert.Equal(ClnLightning.SecondLook, await clock.NextPauseAsync());
        Assert.False(asking.IsCompleted);
        clock.Advance(ClnLightning.SecondLook);
        Assert.Equal(differs ? new PaymentStatus.InFlight(4) : new PaymentStatus.Failed("all parts failed", 4), await asking);
        Assert.Equal(2, node.Asked.Count);
    }

    [Theory]
    [InlineData("", "Canceled")]
    [InlineData("unpaid", "Unknown")]
    [InlineData("expired", "Canceled")]
    [InlineData("paid", "Settled")]
    [InlineData("none", "Canceled")]
    public async Task An_invoice_is_deleted_or_it_is_looked_up_why_not(string status, string expected)
    {
        await using var node = await ScriptedNode.StartAsync();
        var invoices = status == "none" ? "" : Invoice(status, ",\"amount_received_msat\":21000");
        using var cln = (status.Length == 0 ? node.Then(Invoice("unpaid"), 201)
            : node.Then(Error(906, "Invoice status is not unpaid"), 500).Then($$"""{"invoices":[{{invoices}}]}""", 201)).Cln();
        Assert.Equal(expected, (await cln.CancelInvoiceAsync(Samples.Hash, CancellationToken.None)).ToString());
        Assert.Equal(new Asked("POST /v1/delinvoice", $$"""{"label":"turnpike/{{Samples.Hash}}","status":"unpaid"}""", "rune-of-ours="), node.Asked.First());
    }

    [Fact]
    public async Task The_node_says_who_it_is()
    {
        await using var node = await ScriptedNode.StartAsync();
        using var cln = node.Then($$"""{"id":"{{Samples.Node}}","alias":"x","network":"bitcoin"}""", 201)
            .Then("""{"channels":[{"state":"CHANNELD_NORMAL","spendable_msat":1000},{"state":"ONCHAIN","spendable_msat":7},{"state":"CHANNELD_NORMAL","spendable_msat":500},{"state":"OPENINGD"}]}""", 201)
            .Then("""{"id":"02","network":"bitcoin"}""", 201).Then("""{"channels":[]}""", 201).Cln();
        var status = Assert.IsType<LightningStatus.Reachable>(await cln.StatusAsync(CancellationToken.None));
        Assert.Equal(("bc", Samples.Node, 1500), (status.Network, status.Node.ToString(), status.SpendableMsat));
        Assert.Equal("{}", node.Asked.First().Body);
        Assert.IsType<LightningStatus.Unreachable>(await cln.StatusAsync(CancellationToken.None));
    }
}
