//! `NK` Several commands in one.

use crate::prelude::*;

/// Run up to 99 commands and collect their replies.
///
/// A command inside may not be `NK` itself: it answers 68 (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "NK", reply = "NL", evidence = "simulator")]
#[errors(COMMANDS)]
pub struct Request<'a> {
    /// Whether each command has a header of its own.
    pub headers: Headers,
    /// Number of commands.
    #[error(52)]
    pub count: Decimal<2>,
    /// Commands.
    #[repeat(count)]
    #[error(15)]
    pub commands: Repeat<'a, Enclosed<'a>>,
}

/// The replies.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Number of replies.
    pub count: Decimal<2>,
    /// Replies.
    #[repeat(count)]
    pub replies: Repeat<'a, Enclosed<'a>>,
}

/// Whether each command has a header of its own.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Headers {
    /// No.
    #[code("0")]
    None,
    /// Yes, as long as the message's.
    #[code("1")]
    Each,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if self.count.0 == 0 {
            return Err(error::COMMANDS.0);
        }
        let header = if self.headers == Headers::Each { session.header() } else { 0 };
        let replies = session.collect(self.commands.iter(), |command, session| {
            session.answer(command.0, header).map(Enclosed)
        })?;
        Ok(Reply { count: self.count, replies })
    }
}
