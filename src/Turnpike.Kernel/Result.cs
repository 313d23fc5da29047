using System.Diagnostics.CodeAnalysis;

namespace Turnpike.Kernel;

/// <summary>A value, or the error that the other side caused. What only we or the machine can cause is an exception.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <remarks>Converts from both; there is no Map or Bind: a guard and a return read better.</remarks>
public readonly struct Result<T>
{
    private readonly T? _value;
    private readonly ProtocolError? _error;

    internal Result(T value) => _value = value;

    private Result(ProtocolError error) => _error = error;

    /// <summary>True if there is a value.</summary>
    public bool IsOk => _error is null;

    /// <summary>The error, or null if there is a value.</summary>
    public ProtocolError? Error => _error;

    /// <summary>Takes the result apart: <c>if (!result.TryGet(out var value, out var error)) return error;</c></summary>
    /// <param name="value">The value, if there is one.</param>
    /// <param name="error">The error otherwise.</param>
    /// <returns>True if there is a value.</returns>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out ProtocolError? error)
    {
        value = _value;
        error = _error;
        return error is null;
    }

    /// <summary>The value is the result.</summary>
    public static implicit operator Result<T>(T value) => new(value);

    /// <summary>The error is the result.</summary>
    public static implicit operator Result<T>(ProtocolError error) => new(error);
}

/// <summary>Makes results where C# finds no conversion: interface-typed values, collection expressions.</summary>
public static class Result
{
    /// <summary>A result that holds <paramref name="value"/>.</summary>
    public static Result<T> Ok<T>(T value) => new(value);
}
