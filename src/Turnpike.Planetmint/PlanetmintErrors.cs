using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint;

/// <summary>
/// The catalogue: every error that a client of this protocol can meet. <see cref="ProtocolError.Code"/> is the HTTP status;
/// <see cref="ProtocolError.Name"/> of an invalid transaction is the class that the Python node names in its text.
/// </summary>
/// <remarks>planetmint.md 3 and 4.5; the texts are those of the Python node where it has one.</remarks>
public static class PlanetmintErrors
{
    /// <summary>Name of every error about a parameter; its message starts with the parameter, see <see cref="InvalidParameter"/>.</summary>
    public const string InvalidParameterName = "InvalidParameter";

    /// <summary>Name of the error about parameters that do not exist.</summary>
    public const string UnknownArgumentsName = "UnknownArguments";

    /// <summary>Rule 1: the body is JSON, but no object.</summary>
    public static readonly ProtocolError NotAnObject = new(400, "MalformedBody", "The body is not a JSON object");

    /// <summary>Rule 2: the body has no <c>id</c>.</summary>
    public static readonly ProtocolError NoTransactionId = Invalid("InvalidHash", "No transaction id found!");

    /// <summary>Rule 7: a fulfillment is not strict DER of the two types, in strict base64url, within the limits of 4.4.</summary>
    public static readonly ProtocolError MalformedFulfillment =
        Invalid("InvalidSignature", "Fulfillment URI couldn't been parsed");

    /// <summary>Rule 8.</summary>
    public static readonly ProtocolError AmountTooSmall = Invalid("AmountError", "`amount` must be greater than 0");

    /// <summary>Rule 8.</summary>
    public static readonly ProtocolError AmountTooLarge = Invalid("AmountError", $"`amount` must be <= {TransactionOutput.MaxAmount}");

    /// <summary>Rule 9.</summary>
    public static readonly ProtocolError NoOutputs = Invalid("ValidationError", "A transaction has at least one output");

    /// <summary>Rules 11 and 16: a signature does not verify, or is not by those who may sign.</summary>
    public static readonly ProtocolError InvalidSignature = Invalid("InvalidSignature", "Transaction signature is invalid.");

    /// <summary>Rule 14: the spent outputs are of several assets.</summary>
    public static readonly ProtocolError SeveralAssets =
        Invalid("AssetIdMismatch", "All inputs of all transactions passed need to have the same asset id");

    /// <summary>Rule 14: the spent outputs are of another asset than the transaction says.</summary>
    public static readonly ProtocolError OtherAsset =
        Invalid("AssetIdMismatch", "The asset id of the input does not match the asset id of the transaction");

    /// <summary>There is nothing here. A malformed id or height is not told from an unknown one.</summary>
    public static readonly ProtocolError NotFound = new(404, "NotFound", "Not found");

    /// <summary>A search without words.</summary>
    public static readonly ProtocolError EmptySearch = new(400, "EmptySearch", "text_search cannot be empty");

    /// <summary>The body is larger than what is taken (1 MiB).</summary>
    public static readonly ProtocolError BodyTooLarge = new(413, "BodyTooLarge", "The body is larger than 1 MiB");

    /// <summary>The transaction may or may not be committed later; <c>GET /transactions/{id}</c> tells.</summary>
    public static readonly ProtocolError CommitTimedOut =
        new(500, "CommitTimedOut", "Internal error - timed out waiting for tx to be included in a block");

    /// <summary>More transactions wait for a block than are taken. Nothing of this one was committed; try again.</summary>
    public static readonly ProtocolError Overloaded = new(503, "Overloaded", "Too many transactions wait for a block; try again");

    /// <summary>A stream was asked for without an upgrade, and not as server-sent events.</summary>
    public static readonly ProtocolError UpgradeRequired =
        new(426, "UpgradeRequired", "This is a WebSocket stream: connect with an upgrade request, or accept text/event-stream");

    /// <summary>The path exists, but not with this method.</summary>
    public static readonly ProtocolError MethodNotAllowed = new(405, "MethodNotAllowed", "Method not allowed");

    /// <summary>Both ways of saying where a replay starts.</summary>
    public static readonly ProtocolError TwoStartingPoints =
        new(400, "TwoStartingPoints", "Only one of from_height and after can be given");

    /// <summary>Rule 1: the body is not strict JSON.</summary>
    /// <param name="why">One of the kernel's <c>CanonicalFaults</c>.</param>
    public static ProtocolError MalformedBody(ProtocolError why) => new(400, "MalformedBody", why.Message);

    /// <summary>Rule 2: the id is not the hash, in neither canonical form.</summary>
    /// <param name="id">The id as the body gives it.</param>
    public static ProtocolError WrongId(string id) =>
        Invalid("InvalidHash", $"The transaction's id '{Cut(id)}' isn't equal to the hash of its body, i.e. it's not valid.");

    /// <summary>Rules 3 and 4: the body is not of the shape of its version and operation.</summary>
    /// <param name="text">As Python's jsonschema words it.</param>
    public static ProtocolError Schema(string text) => new(400, "SchemaValidationError", $"Invalid transaction schema: {Cut(text)}");

    /// <summary>Rule 4: an operation of real chains which this node does not take from clients.</summary>
    /// <param name="operation">VOTE, COMPOSE, …</param>
    public static ProtocolError OperationNotTaken(string operation) =>
        Schema($"this node does not take the operation '{operation}', only CREATE and TRANSFER");

    /// <summary>Rule 5: a key starts with <c>$</c> or holds <c>.</c> or U+0000.</summary>
    /// <param name="name">The key.</param>
    /// <param name="where"><c>asset</c> or <c>metadata</c>.</param>
    public static ProtocolError InvalidKeyName(string name, string where) => Invalid(
        "ValidationError",
        $"Invalid key name \"{Cut(name)}\" in {where} object. The key name cannot contain characters \".\", \"$\" or null characters");

    /// <summary>Rule 6: a member <c>language</c> holds what is no language of a text index.</summary>
    /// <param name="language">What it holds.</param>
    public static ProtocolError UnsupportedLanguage(string language) => Invalid(
        "ValidationError",
        $"MongoDB does not support text search for the language \"{Cut(language)}\". If you do not understand this error message " +
        "then please rename key/field \"language\" to something else like \"lang\".");

    /// <summary>Rule 9: an output says two different things about who owns it, or cannot be spent by anyone.</summary>
    /// <param name="index">Which output.</param>
    /// <param name="why">What is wrong with it.</param>
    public static ProtocolError InvalidOutput(int index, string why) => Invalid("ValidationError", $"Output {index}: {why}");

    /// <summary>Rule 9: an input lists an owner that is no key.</summary>
    /// <param name="index">Which input.</param>
    public static ProtocolError InvalidOwner(int index) =>
        Invalid("ValidationError", $"Input {index}: owners_before holds what is not an ed25519 key of 32 bytes in base58");

    /// <summary>Rule 10: it is committed already. Retrying is of no use, and not needed.</summary>
    /// <param name="id">The transaction.</param>
    public static ProtocolError Duplicate(in TransactionId id) => Invalid("DuplicateTransaction", $"transaction `{id}` already exists");

    /// <summary>Rule 12: there is no such output.</summary>
    /// <param name="id">The transaction that should have made it.</param>
    public static ProtocolError InputDoesNotExist(in TransactionId id) => Invalid("InputDoesNotExist", $"input `{id}` doesn't exist");

    /// <summary>Rule 12: another transaction has spent the output.</summary>
    /// <param name="id">The transaction that made the output.</param>
    public static ProtocolError AlreadySpent(in TransactionId id) => Invalid("DoubleSpend", $"input `{id}` was already spent");

    /// <summary>Rule 13.</summary>
    /// <param name="id">The transaction that spends an output twice.</param>
    public static ProtocolError SpendsTwice(in TransactionId id) => Invalid("DoubleSpend", $"tx \"{id}\" spends inputs twice");

    /// <summary>Rule 15.</summary>
    /// <param name="inputs">Σ of what is spent.</param>
    /// <param name="outputs">Σ of what is made.</param>
    public static ProtocolError AmountMismatch(UInt128 inputs, UInt128 outputs) => Invalid(
        "AmountError",
        $"The amount used in the inputs `{inputs}` needs to be same as the amount used in the outputs `{outputs}`");

    /// <summary>Who builds a transaction does not hold the keys that an output asks for.</summary>
    /// <param name="output">The output to be spent.</param>
    public static ProtocolError MissingSigners(OutputRef output) =>
        new(400, "MissingSigners", $"The keys at hand cannot fulfill the condition of output {output}");

    /// <summary>A parameter has a value that cannot be; the answer's <c>message</c> is <c>{"name":"text"}</c>.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="text">What is wrong with it.</param>
    public static ProtocolError InvalidParameter(string name, string text) => new(400, InvalidParameterName, $"{name}: {text}");

    /// <summary>Parameters that this path does not have.</summary>
    /// <param name="names">Which.</param>
    public static ProtocolError UnknownArguments(IEnumerable<string> names) =>
        new(400, UnknownArgumentsName, $"Unknown arguments: {Cut(string.Join(", ", names))}");

    private static ProtocolError Invalid(string name, string text) => new(400, name, $"Invalid transaction ({name}): {text}");

    /// <summary>What a client sent is not sent back at any length.</summary>
    private static string Cut(string text) => text.Length <= 500 ? text : string.Concat(text.AsSpan(0, 500), "…");
}
