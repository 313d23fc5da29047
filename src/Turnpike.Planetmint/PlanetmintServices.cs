using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Endpoints;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint;

/// <summary>Puts the Planetmint node into a host.</summary>
public static class PlanetmintServices
{
    /// <summary>Its tables.</summary>
    public static MigrationModule Migrations { get; } = new("Planetmint", typeof(PlanetmintServices).Assembly);

    /// <summary>What must be true of them.</summary>
    public static Audit Audit { get; } = new(Migrations, ChainAudit.RunAsync);

    /// <summary>Registers the node.</summary>
    public static void AddPlanetmint(this IServiceCollection services)
    {
        services.AddOptions<PlanetmintOptions>()
            .BindConfiguration("Turnpike:Planetmint", binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PlanetmintOptions>, PlanetmintOptionsValidator>();
        services.AddSingleton(Migrations);
        services.AddSingleton<PlanetmintMetrics>();
        services.AddSingleton(provider => KeyOf(provider.GetRequiredService<Seed>()));
        services.AddSingleton<RecentBlocks>();
        services.AddSingleton<ChainLog>();
        services.AddSingleton<ChainFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ChainFeed>());
        services.AddSingleton<UpstreamLink>();
        services.AddSingleton<BlockProducer>();
        services.AddHostedService(provider => provider.GetRequiredService<BlockProducer>());
        services.AddHostedService(provider => provider.GetRequiredService<UpstreamLink>());
        services.AddHealthChecks().AddCheck<PlanetmintHealth>("planetmint");
    }

    /// <summary>Maps its routes. Every answer of theirs allows any origin, as browsers' drivers need.</summary>
    /// <param name="app">The host.</param>
    /// <param name="streamPort">The real port of the stream listener, once it listens.</param>
    public static void MapPlanetmint(this WebApplication app, Func<int> streamPort)
    {
        app.Use(AnyOrigin.AllowAsync);
        var routes = app.MapGroup("").WithMetadata(AnyOrigin.Allowed);
        var services = app.Services;
        var roots = ActivatorUtilities.CreateInstance<RootEndpoints>(services, streamPort);
        var transactions = ActivatorUtilities.CreateInstance<TransactionEndpoints>(services);
        var outputs = ActivatorUtilities.CreateInstance<OutputEndpoints>(services);
        var blocks = ActivatorUtilities.CreateInstance<BlockEndpoints>(services);
        var search = ActivatorUtilities.CreateInstance<SearchEndpoints>(services);
        var streams = ActivatorUtilities.CreateInstance<StreamEndpoint>(services);

        routes.MapGet("/", roots.RootAsync);
        routes.MapMethods("/", [HttpMethods.Options], AnyOrigin.OtherwiseAsync);
        routes.MapGet("/api/v1", roots.ApiAsync);
        routes.MapGet("/api/v1/validators", roots.ValidatorsAsync);
        routes.MapPost("/api/v1/transactions", transactions.PostAsync);
        routes.MapGet("/api/v1/transactions", transactions.ListAsync);
        routes.MapGet("/api/v1/transactions/{id}", transactions.GetAsync);
        routes.MapGet("/api/v1/outputs", outputs.ListAsync);
        routes.MapGet("/api/v1/blocks", blocks.FindByTransactionAsync);
        routes.MapGet("/api/v1/blocks/{height}", blocks.GetAsync);
        routes.MapGet("/api/v1/assets", search.SearchAssetsAsync);
        routes.MapGet("/api/v1/assets/{cid}", search.GetAssetsAsync);
        routes.MapGet("/api/v1/metadata", search.SearchMetadataAsync);
        routes.MapGet("/api/v1/metadata/{cid}", search.GetMetadataAsync);
        routes.MapGet("/api/v1/streams", StreamEndpoint.ListAsync);
        routes.MapWebSocket("/api/v1/streams/{stream}", streams, plain: streams.GetAsync);
        routes.MapFallback("/api/v1/{**path}", AnyOrigin.OtherwiseAsync);
    }

    private static NodeKey KeyOf(Seed seed)
    {
        Span<byte> secret = stackalloc byte[Ed25519.SeedLength], key = stackalloc byte[OwnerKey.Length];
        seed.Derive("planetmint", "validator", secret);
        Ed25519.PublicKey(secret, key);
        return new NodeKey(new OwnerKey(key));
    }
}
