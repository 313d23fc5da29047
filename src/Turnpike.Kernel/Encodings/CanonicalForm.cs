namespace Turnpike.Kernel.Encodings;

/// <summary>The two ways in which the field writes canonical JSON; they differ only in corners.</summary>
/// <remarks>planetmint.md 4.2.</remarks>
public enum CanonicalForm
{
    /// <summary>Keys by code point, control characters as <c>\u001F</c>, non-integers as Python's <c>repr</c> writes the double.</summary>
    Python,

    /// <summary>Keys by UTF-16 code unit, control characters as <c>\u001f</c>, numbers as they came.</summary>
    JavaScript,
}
