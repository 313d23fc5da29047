using Turnpike.Kernel.Sockets;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>An encoding that tells which stream it is for.</summary>
internal interface IStreamEncoding : IEncoding<BlockChange>
{
    /// <summary>The stream.</summary>
    StreamKind Kind { get; }
}
