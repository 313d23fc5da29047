using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Endpoints;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu;

/// <summary>Puts the Cashu mint into a host.</summary>
public static class CashuServices
{
    /// <summary>Its tables.</summary>
    public static MigrationModule Migrations { get; } = new("Cashu", typeof(CashuServices).Assembly);

    /// <summary>The tables of the simulated Lightning node.</summary>
    public static MigrationModule FakeLightningMigrations => FakeLightning.Migrations;

    /// <summary>What must be true of them.</summary>
    public static Audit Audit { get; } = new(Migrations, MintAudit.RunAsync);

    /// <summary>Registers the mint.</summary>
    public static void AddCashu(this IServiceCollection services)
    {
        services.AddOptions<CashuOptions>()
            .BindConfiguration("Turnpike:Cashu", binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CashuOptions>, CashuOptionsValidator>();
        services.AddSingleton(Migrations);
        services.AddSingleton(FakeLightningMigrations);
        services.AddSingleton<CashuMetrics>();
        services.AddSingleton<CurveWork>();
        services.AddSingleton(provider => new MintKeys(provider.GetRequiredService<Seed>()));
        AddLightning(services);

        services.AddSingleton<Keyring>();
        services.AddHostedService(provider => provider.GetRequiredService<Keyring>());
        services.AddSingleton<Notifications>();
        services.AddHostedService(provider => provider.GetRequiredService<Notifications>());
        services.AddSingleton<SubscriptionReader>();
        services.AddSingleton<MintSockets>();
        services.AddMintLimits();
        services.AddOptions<EventOptions>().PostConfigure<IOptions<CashuOptions>>(KeepEvents);
        services.AddSingleton<Replays>();
        services.AddSingleton<Swaps>();
        services.AddSingleton<Issuance>();
        services.AddSingleton<Credits>();
        services.AddSingleton<QuoteBook>();
        services.AddSingleton<Operations>();
        services.AddSingleton<InvoiceAsks>();
        services.AddHostedService(provider => provider.GetRequiredService<InvoiceAsks>());
        services.AddSingleton<IncomingPayments>();
        services.AddHostedService(provider => provider.GetRequiredService<IncomingPayments>());
        AddMelts(services);
        services.AddHostedService<BooksKeeper>();
        services.AddSingleton<Pruning>();
        services.AddHostedService<Pruner>();
        services.AddHealthChecks().AddCheck<CashuHealth>("cashu");
    }

    /// <summary>Maps its routes.</summary>
    /// <param name="app">The host.</param>
    /// <param name="dev">Whether dev endpoints are wanted; they also take the simulated Lightning node.</param>
    public static void MapCashu(this WebApplication app, bool dev)
    {
        app.UseMiddleware<MintEdge>();
        var routes = app.MapGroup("").WithMetadata(MintEdge.Marked).RequireRateLimiting(MintLimits.All);
        var services = app.Services;
        var keys = ActivatorUtilities.CreateInstance<KeyEndpoints>(services);
        var mints = ActivatorUtilities.CreateInstance<MintEndpoints>(services);
        var swaps = ActivatorUtilities.CreateInstance<SwapEndpoints>(services);
        var melts = ActivatorUtilities.CreateInstance<MeltEndpoints>(services);

        routes.MapGet("/v1/info", keys.InfoAsync);
        routes.MapGet("/v1/keys", keys.ActiveAsync);
        routes.MapGet("/v1/keys/{id}", keys.OneAsync);
        routes.MapGet("/v1/keysets", keys.KeysetsAsync);
        routes.MapPost("/v1/mint/quote/bolt11", mints.CreateQuoteAsync).RequireRateLimiting(MintLimits.Money);
        routes.MapGet("/v1/mint/quote/bolt11/{id}", mints.GetQuoteAsync);
        routes.MapPost("/v1/mint/quote/bolt11/check", mints.CheckQuotesAsync);
        routes.MapPost("/v1/mint/bolt11", mints.MintAsync).RequireRateLimiting(MintLimits.Money);
        routes.MapPost("/v1/mint/bolt11/batch", mints.MintBatchAsync).RequireRateLimiting(MintLimits.Money);
        routes.MapPost("/v1/melt/quote/bolt11", melts.CreateQuoteAsync).RequireRateLimiting(MintLimits.Money);
        routes.MapGet("/v1/melt/quote/bolt11/{id}", melts.GetQuoteAsync);
        routes.MapPost("/v1/melt/bolt11", melts.MeltAsync).RequireRateLimiting(MintLimits.Money);
        routes.MapPost("/v1/swap", swaps.SwapAsync).RequireRateLimiting(MintLimits.Money);
        routes.MapPost("/v1/checkstate", swaps.CheckStateAsync);
        routes.MapPost("/v1/restore", swaps.RestoreAsync);
        routes.MapWebSocket("/v1/ws", services.GetRequiredService<MintSockets>());
        MapOtherwise(routes);
        if (dev && services.GetService<FakeLightning>() is { } lightning) MapDev(routes, services, lightning);
    }

    /// <summary>Maps what operators do. Whoever maps it lets nobody else in.</summary>
    /// <param name="app">The host.</param>
    public static void MapCashuAdmin(this WebApplication app)
    {
        var admin = ActivatorUtilities.CreateInstance<AdminEndpoints>(app.Services);
        app.MapGet("/admin/cashu/keysets", admin.KeysetsAsync);
        app.MapPost("/admin/cashu/rotate", admin.RotateAsync);
        app.MapGet("/admin/cashu/audit", admin.AuditAsync);
        app.MapGet("/admin/cashu/payments", admin.PaymentsAsync);
        app.MapGet("/admin/cashu/melt/{id}", admin.MeltAsync);
        app.MapPost("/admin/cashu/melt/{id}/retry", admin.RetryAsync);
        app.MapPost("/admin/cashu/melt/{id}/resolve", admin.ResolveAsync);
    }

    /// <summary>Methods of minting and melting that there are not are an error of their own.</summary>
    private static void MapOtherwise(IEndpointRouteBuilder routes)
    {
        routes.Map("/v1/mint/quote/{method}/{id?}", MintEdge.OtherMethodAsync);
        routes.Map("/v1/mint/{method}/{batch?}", MintEdge.OtherMethodAsync);
        routes.Map("/v1/melt/quote/{method}/{id?}", MintEdge.OtherMethodAsync);
        routes.Map("/v1/melt/{method}", MintEdge.OtherMethodAsync);
        routes.MapFallback("/v1/{**path}", MintEdge.OtherwiseAsync);
    }

    /// <summary>Who was away for so long can resume; an operator's own entry for these topics wins.</summary>
    private static void KeepEvents(EventOptions events, IOptions<CashuOptions> options)
    {
        if (events.Topics.Any(topic => topic.Prefix == CashuTopics.All)) return;
        events.Topics.Add(new() { Prefix = CashuTopics.All, Age = TimeSpan.FromDays(options.Value.Limits.RetentionDays) });
    }

    private static void MapDev(IEndpointRouteBuilder routes, IServiceProvider services, FakeLightning lightning)
    {
        var dev = ActivatorUtilities.CreateInstance<DevEndpoints>(services, lightning);
        routes.MapPost("/dev/cashu/pay", dev.PayAsync);
        routes.MapPost("/dev/cashu/invoice", dev.InvoiceAsync);
        routes.MapMethods("/dev/cashu/{**path}", [HttpMethods.Options], MintEdge.OtherwiseAsync);
    }

    private static void AddMelts(IServiceCollection services)
    {
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton<MeltBook>();
        services.AddSingleton<MeltOutcomes>();
        services.AddSingleton<Melts>();
        services.TryAddSingleton<PayerPace>();
        services.AddSingleton<MeltWaits>();
        services.AddHostedService(provider => provider.GetRequiredService<MeltWaits>());
        services.AddSingleton<MeltDesk>();
        services.AddSingleton<Payer>();
        services.AddHostedService(provider => provider.GetRequiredService<Payer>());
    }

    private static void AddLightning(IServiceCollection services)
    {
        services.AddSingleton<ILightning>(provider => provider.GetRequiredService<IOptions<CashuOptions>>().Value.Lightning switch
        {
            "lnd" => new LndLightning(
                provider.GetRequiredService<IOptions<CashuOptions>>().Value.Lnd, provider.GetRequiredService<TimeProvider>()),
            "cln" => new ClnLightning(
                provider.GetRequiredService<IOptions<CashuOptions>>().Value.Cln, provider.GetRequiredService<TimeProvider>()),
            _ => MakeFake(provider),
        });
        // Null for other backends: the dev endpoints are its alone.
        services.AddSingleton(provider => (provider.GetRequiredService<ILightning>() as FakeLightning)!);
    }

    private static FakeLightning MakeFake(IServiceProvider provider)
    {
        Span<byte> nodeKey = stackalloc byte[Scalar.Length], seed = stackalloc byte[Scalar.Length];
        provider.GetRequiredService<MintKeys>().FakeNode(nodeKey);
        provider.GetRequiredService<Seed>().Derive("cashu", "fake-lightning", seed);
        return new FakeLightning(provider.GetRequiredService<IDatabase>(), provider.GetRequiredService<IOptions<CashuOptions>>().Value.Fake,
            nodeKey, seed, provider.GetRequiredService<TimeProvider>());
    }
}
