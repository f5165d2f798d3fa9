//! `LI` Load the words for PINs.

use appliance::PinText;

use crate::prelude::*;

/// Load the words that PINs are printed in.
///
/// As delivered they are English. They outlive a loss of power.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LI", reply = "LJ", evidence = "manual", licence = "magnetic-stripe-issuing", changes)]
pub struct Request<'a> {
    /// Words for the digits 0 to 9.
    #[repeat(10_usize)]
    pub words: Repeat<'a, PinWord<'a>>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let mut words = self.words.iter();
        let words = [(); 10].map(|()| words.next().map_or_else(Vec::new, |word| word.0.to_vec()));
        session.change(self, |state| {
            state.printing.pin_text = PinText::new(words);
            Ok(Reply {})
        })
    }
}
