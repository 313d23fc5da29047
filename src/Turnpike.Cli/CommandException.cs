namespace Turnpike.Cli;

/// <summary>A command cannot do what it was asked to; the message is the whole explanation.</summary>
internal sealed class CommandException(string message) : Exception(message);
