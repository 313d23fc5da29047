namespace Turnpike.Kernel;

/// <summary>What a state machine decided: the next state, and what happened on the way to it.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Events">What happened, in order; empty where a repetition changed nothing.</param>
/// <typeparam name="TState">The machine's states, a closed set.</typeparam>
/// <typeparam name="TEvent">The machine's events, a closed set.</typeparam>
public sealed record Decision<TState, TEvent>(TState State, IReadOnlyList<TEvent> Events);
