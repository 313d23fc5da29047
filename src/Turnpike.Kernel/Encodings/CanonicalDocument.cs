using System.Diagnostics;

namespace Turnpike.Kernel.Encodings;

/// <summary>
/// JSON text, read strictly and written canonically: sorted members, no white space, every string and number in its one form.
/// Numbers are kept as text; only those with a fraction or an exponent pass through a double, and only in the python form.
/// </summary>
/// <remarks>
/// planetmint.md 4.2. Vectors: tests/vectors/planetmint/canonical.json. Holds pooled memory: dispose it, and keep no
/// <see cref="CanonicalNode"/> or span of it after that or after <see cref="Rewrite"/>. Not safe for several threads at once.
/// </remarks>
public sealed class CanonicalDocument : IDisposable
{
    /// <summary>Arrays and objects may be nested this deep.</summary>
    public const int MaxDepth = 128;

    private readonly JsonSource _source;
    private readonly bool _lastMemberWins;
    private CanonicalWriter? _written;

    private CanonicalDocument(JsonSource source, bool lastMemberWins)
    {
        _source = source;
        _lastMemberWins = lastMemberWins;
    }

    /// <summary>The form of <see cref="Utf8"/>.</summary>
    public CanonicalForm Form { get; private set; }

    /// <summary>
    /// True if the two forms of this text could differ: it has a non-integer number, a control character or a key beyond U+FFFF.
    /// </summary>
    public bool FormsMayDiffer => _source.FormsMayDiffer;

    /// <summary>The canonical text.</summary>
    public ReadOnlySpan<byte> Utf8 => Written.Utf8;

    /// <summary>The value that the text is.</summary>
    public CanonicalNode Root => new(this, 0);

    internal ReadOnlySpan<CanonicalEntry> Entries => Written.Entries;

    private CanonicalWriter Written => _written ?? throw new ObjectDisposedException(nameof(CanonicalDocument));

    /// <summary>Reads one JSON value and writes it in the python form.</summary>
    /// <param name="utf8">The text; it must stay unchanged as long as the document lives.</param>
    /// <param name="lastMemberWins">Takes the last of two equal members, as most parsers do, instead of refusing the text.</param>
    /// <returns>The document, or one of <see cref="CanonicalFaults"/>.</returns>
    public static Result<CanonicalDocument> Parse(ReadOnlyMemory<byte> utf8, bool lastMemberWins = false)
    {
        if (!JsonSource.Parse(utf8).TryGet(out var source, out var error)) return error;
        var document = new CanonicalDocument(source, lastMemberWins);
        if (document.Write(CanonicalForm.Python) is not { } fault) return document;
        document.Dispose();
        return fault;
    }

    /// <summary>Writes one JSON value in a canonical form.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="form">Which form.</param>
    /// <returns>The canonical text, or one of <see cref="CanonicalFaults"/>.</returns>
    public static Result<byte[]> Canonicalize(ReadOnlyMemory<byte> utf8, CanonicalForm form = CanonicalForm.Python)
    {
        if (!Parse(utf8).TryGet(out var document, out var error)) return error;
        using (document)
        {
            document.Rewrite(form);
            return document.Utf8.ToArray();
        }
    }

    /// <summary>Writes the text anew in another form. Nodes and spans taken before are no longer of use.</summary>
    /// <param name="form">The form that <see cref="Utf8"/> has from now on.</param>
    public void Rewrite(CanonicalForm form)
    {
        if (form == Form) return;
        if (Write(form) is { } fault) throw new UnreachableException($"Written before, but now: {fault.Message}");
    }

    /// <summary>Gives the pooled memory back.</summary>
    public void Dispose()
    {
        _written?.Dispose();
        _written = null;
        _source.Dispose();
    }

    private ProtocolError? Write(CanonicalForm form)
    {
        _written?.Dispose();
        _written = new CanonicalWriter(_source, form, _lastMemberWins);
        Form = form;
        return _written.Write();
    }
}
