using System.Text;
using System.Text.Json;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Kernel.Tests.Encodings;

public sealed class JsonReaderExtensionsTests
{
    [Fact]
    public void An_array_is_read_to_its_end_and_no_further()
    {
        Assert.True(Read("""["REQ", "a\u00e9"]"""));
        Assert.True(Read("""["R\u0045Q","aé"] """));
        Assert.False(Read("""["REQ","aé",1]"""));
        Assert.False(Read("""["RE","aé"]"""));
        Assert.False(Read("""[1,"aé"]"""));
        Assert.False(Read("""["REQ",1]"""));
        Assert.False(Read("""["REQ","\ud800"]"""));
        Assert.False(Read("""["\ud800","aé"]"""));
        Assert.ThrowsAny<JsonException>(() => Read("""["REQ","aé"] x"""));

        static bool Read(string text)
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            return json.TryRead(JsonTokenType.StartArray) && json.Read() && json.IsText("REQ"u8)
                && json.TryReadString(out var value) && value == "aé" && json.TryReadLast(JsonTokenType.EndArray);
        }
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_no_string()
    {
        var json = new Utf8JsonReader([0x22, 0xC3, 0x28, 0x22]);

        Assert.False(json.TryReadString(out _));
        Assert.False(json.IsText("x"u8));
    }
}
