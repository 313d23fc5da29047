namespace Turnpike.Kernel.Sockets;

/// <summary>What a <see cref="FrameReader"/> found.</summary>
internal enum FrameEvent
{
    /// <summary>Nothing whole yet; all input is taken.</summary>
    NeedMore,

    /// <summary>A text message; valid UTF-8.</summary>
    Text,

    /// <summary>A binary message.</summary>
    Binary,

    /// <summary>A ping; its payload is to be returned.</summary>
    Ping,

    /// <summary>A pong.</summary>
    Pong,

    /// <summary>A close; its code is in <see cref="FrameReader.CloseCode"/>, the payload is the reason.</summary>
    Close,

    /// <summary>A rule was broken; <see cref="FrameReader.CloseCode"/> says how to close.</summary>
    Failed,
}
