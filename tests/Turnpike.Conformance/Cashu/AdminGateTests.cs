using System.Net;
using System.Net.Http.Headers;

namespace Turnpike.Conformance.Cashu;

/// <summary>Who may administer a server: whoever can read its token's file, on the same machine.</summary>
public sealed class AdminGateTests
{
    [Fact]
    public async Task Only_the_token_of_the_data_folder_opens_the_admin_routes_and_a_new_start_has_another()
    {
        using var folder = new TemporaryFolder();
        var before = "";
        for (var start = 0; start < 2; start++)
        {
            await using var server = await ServerProcess.StartInAsync(folder.Path);
            var file = Path.Combine(server.Data, "admin-token");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            var token = (await File.ReadAllTextAsync(file)).Trim();
            Assert.NotEqual(before, token);

            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, null));
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, new("Bearer", before + "0")));
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, new("Basic", token)));
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, null, "/ADMIN/cashu/audit"));
            Assert.Equal(HttpStatusCode.OK, await AskAsync(server, new("Bearer", token)));
            Assert.Equal(HttpStatusCode.NotFound, await AskAsync(server, new("Bearer", token), "/admin/nothing"));
            before = token;
        }
    }

    private static async Task<HttpStatusCode> AskAsync(
        ServerProcess server, AuthenticationHeaderValue? authorization, string path = "/admin/cashu/audit")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = authorization;
        using var answer = await server.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
