using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Turnpike.Cashu.Backends;

/// <summary>
/// The certificate by which a node is known. The node's own (LND's tls.cert) is enough, whatever name and age it has: whoever pins it
/// means it. An authority's (CLN's ca.pem) counts for the certificates that it signed, for their name and time.
/// </summary>
/// <param name="file">PEM, one or several; read at each connection, as nodes renew theirs.</param>
internal sealed class PinnedCertificate(string file)
{
    /// <summary>For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>.</summary>
    public bool IsTheNodes(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return false;
        var pins = new X509Certificate2Collection();
        try
        {
            pins.ImportFromPemFile(file);
            using var given = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            if (pins.Any(pin => pin.RawDataMemory.Span.SequenceEqual(given.RawDataMemory.Span))) return true;
            return !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && IsSignedBy(pins, given, chain);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new LightningException($"CertFile cannot be read: {e.Message}", e);
        }
        finally
        {
            foreach (var pin in pins) pin.Dispose();
        }
    }

    private static bool IsSignedBy(X509Certificate2Collection pins, X509Certificate2 given, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(pins);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // a node's own authority publishes no lists
        if (sent is not null)
        {
            foreach (var element in sent.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(given);
    }
}
