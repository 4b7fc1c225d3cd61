// What the bodies of all stand-ins call. The folders beside this one hold signatures of Apple's frameworks, as much as the
// app uses: with them the app's types are checked where those frameworks are not. They are never linked and never run.
//
// Invariant: a stand-in takes no more than Apple's own declaration, but where a comment says so.

/// The body of a stand-in.
public func standIn() -> Never {
    fatalError("a stand-in was run")
}
