using System.Reflection;
using System.Text.Json;
using Xunit.Sdk;

namespace Turnpike.Tests;

/// <summary>
/// One case for each object of a vector file (an array, or the array in the member <paramref name="member"/>);
/// the test's parameters bind to members by name, snake_case in the file, camelCase in the test. A parameter of
/// type <see cref="JsonElement"/> takes the member as it is; one named <c>vector</c> that has no such member takes the whole object.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VectorsAttribute(string file, string? member = null) : DataAttribute
{
    /// <summary>The file beneath <c>tests/vectors/</c>, parsed.</summary>
    public static JsonElement Load(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", file))).RootElement;

    public override IEnumerable<object?[]> GetData(MethodInfo testMethod)
    {
        var root = Load(file);
        if (member is not null) root = root.GetProperty(member);
        foreach (var vector in root.EnumerateArray())
            yield return [.. testMethod.GetParameters().Select(p => Bind(vector, p))];
    }

    private static object? Bind(JsonElement vector, ParameterInfo parameter)
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!);
        if (!vector.TryGetProperty(name, out var value) && !vector.TryGetProperty(parameter.Name!, out value))
            return parameter.Name == "vector" ? Serializable(vector) : null;
        return parameter.ParameterType == typeof(JsonElement) ? Serializable(value) : value.Deserialize(parameter.ParameterType);
    }

    private static JsonElement Serializable(JsonElement element) => element.Clone();
}
