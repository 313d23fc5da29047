using Microsoft.Extensions.Options;

namespace Turnpike.Cashu.Backends;

/// <summary>The checks that the options of all Lightning nodes share.</summary>
internal static class NodeOptions
{
    /// <summary>Where a node is, and how it is talked to.</summary>
    public static void CheckConnection(
        string url, string example, string certFile, TimeSpan requestTimeout, ValidateOptionsResultBuilder errors, string section)
    {
        CheckUrl(url, example, errors, $"{section}:Url");
        CheckFile(certFile, errors, $"{section}:CertFile");
        CheckTime(requestTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5), errors, $"{section}:RequestTimeout");
    }

    public static void CheckSecretFile(string file, string what, ValidateOptionsResultBuilder errors, string key)
    {
        if (file.Length == 0) errors.AddError($"is missing; it names the file with the node's {what}", key);
        else CheckFile(file, errors, key);
    }

    public static void CheckTime(TimeSpan value, TimeSpan least, TimeSpan most, ValidateOptionsResultBuilder errors, string key)
    {
        if (value < least || value > most) errors.AddError($"is {value}; allowed are {least} to {most}", key);
    }

    private static void CheckUrl(string url, string example, ValidateOptionsResultBuilder errors, string key)
    {
        if (url.Length == 0)
            errors.AddError($"is missing; the node needs a URL such as {example}", key);
        else if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            errors.AddError($"is '{url}'; allowed is a URL that begins with https://, or http:// on this machine", key);
        else if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0) // not repeated: it may hold a secret
            errors.AddError("has a user, a query or a fragment; allowed are scheme, host, port and path", key);
        else if (uri.Scheme == "http" && !uri.IsLoopback)
            errors.AddError($"is '{url}'; http:// would show the node's key to the network, allowed is https://", key);
    }

    private static void CheckFile(string file, ValidateOptionsResultBuilder errors, string key)
    {
        if (file.Length > 0 && !File.Exists(file)) errors.AddError($"is '{file}'; there is no such file", key);
    }
}
