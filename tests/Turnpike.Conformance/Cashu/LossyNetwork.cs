namespace Turnpike.Conformance.Cashu;

/// <summary>A network that loses requests, or their answers.</summary>
/// <param name="isPatient">Whether the client sends again by itself.</param>
internal sealed class LossyNetwork(bool isPatient) : DelegatingHandler(new SocketsHttpHandler())
{
    public bool IsPatient => isPatient;

    /// <summary>So many requests are lost before they arrive.</summary>
    public int Requests { get; set; }

    /// <summary>So many are carried out, and the answer is lost.</summary>
    public int Answers { get; set; }

    /// <summary>Which paths are hit.</summary>
    public string Path { get; set; } = "";

    /// <summary>How many were lost.</summary>
    public int Lost { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Path.Length == 0 || !request.RequestUri!.AbsolutePath.EndsWith(Path, StringComparison.Ordinal))
            return await base.SendAsync(request, cancellationToken);
        if (Requests > 0)
        {
            Requests--;
            Lost++;
            throw new HttpRequestException("The request is lost");
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (Answers == 0) return answer;
        Answers--;
        Lost++;
        answer.Dispose();
        throw new HttpRequestException("The answer is lost");
    }
}
