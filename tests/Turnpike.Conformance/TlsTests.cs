using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Turnpike.Conformance;

public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Kestrel:Endpoints:Main:Certificate")]
    [InlineData("Kestrel:Certificates:Default")]
    public async Task A_certificate_in_the_configuration_of_Kestrel_makes_the_listener_TLS(string section)
    {
        var certificate = MakeCertificate();
        await using var server = await ServerProcess.StartInAsync(_folder.Path,
            "--set", "Kestrel:Endpoints:Main:Url=https://127.0.0.1:0",
            "--set", $"{section}:Path={_folder.File("tls.crt")}",
            "--set", $"{section}:KeyPath={_folder.File("tls.key")}");
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, presented, _, _) => presented!.Thumbprint == certificate,
        };
        using var client = new HttpClient(handler) { BaseAddress = server.Main, DefaultRequestVersion = HttpVersion.Version20 };

        var answer = await client.GetAsync("/health/ready");

        Assert.Equal("https", server.Main.Scheme);
        Assert.Equal("http", server.Streams.Scheme);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpVersion.Version11, answer.Version);     // HTTP/2 is not negotiated
    }

    private string MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        File.WriteAllText(_folder.File("tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File("tls.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }
}
