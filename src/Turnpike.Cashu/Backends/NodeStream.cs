using System.Buffers;
using System.IO.Pipelines;

namespace Turnpike.Cashu.Backends;

/// <summary>A node's answer while it comes: lines of JSON.</summary>
internal sealed class NodeStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly NodeTimeLimit _limit;
    private readonly PipeReader _reader;

    private NodeStream(HttpResponseMessage response, NodeTimeLimit limit, Stream body)
    {
        _response = response;
        _limit = limit;
        _reader = PipeReader.Create(body);
    }

    /// <summary>The HTTP status.</summary>
    public int Status => (int)_response.StatusCode;

    /// <summary>Takes over both.</summary>
    public static async Task<NodeStream> OpenAsync(HttpResponseMessage response, NodeTimeLimit limit) =>
        new(response, limit, await response.Content.ReadAsStreamAsync(limit.Token));

    /// <summary>The next line that is not blank; the last need not end in a line feed. Null at the end.</summary>
    /// <exception cref="LightningException">The connection broke, the time is over, or the line is too long.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReadLineAsync()
    {
        while (await ReadToAsync((byte)'\n') is { } line)
        {
            if (line.AsSpan().ContainsAnyExcept(" \t\r"u8)) return line;
        }

        return null;
    }

    /// <summary>What remains.</summary>
    /// <exception cref="LightningException">The connection broke, the time is over, or it is too much.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadToEndAsync() => await ReadToAsync(null) ?? [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        _response.Dispose();
        _limit.Dispose();
    }

    private async Task<byte[]?> ReadToAsync(byte? delimiter)
    {
        try
        {
            while (true)
            {
                var read = await _reader.ReadAsync(_limit.Token);
                var end = delimiter is { } d ? read.Buffer.PositionOf(d) : null;
                if (end is { } at)
                {
                    var line = read.Buffer.Slice(0, at).ToArray();
                    _reader.AdvanceTo(read.Buffer.GetPosition(1, at));
                    return line;
                }

                if (read.Buffer.Length > NodeHttp.MaxBytes)
                    throw new LightningException($"The Lightning node's answer is larger than {NodeHttp.MaxBytes} bytes.");
                if (read.IsCompleted)
                {
                    var rest = read.Buffer.ToArray();
                    _reader.AdvanceTo(read.Buffer.End);
                    return rest.Length > 0 ? rest : null;
                }

                _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception e) when (_limit.Explain(e) is { } explained && explained != e)
        {
            throw explained;
        }
    }
}
