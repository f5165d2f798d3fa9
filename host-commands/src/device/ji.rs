//! `JI` Reset the health counts.

use appliance::{Action, Health};

use crate::prelude::*;

/// Set the counts of starts, tampers and fraud to zero.
///
/// The activity that it needs is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "JI", reply = "JJ", evidence = "simulator", changes)]
#[authorise(Diag, "")]
pub struct Request;

/// Done.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply;

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.appliance().fraud().reset_counts();
        session.change(self, |state| {
            state.health = Health::reset(state.clock.now());
            Ok(())
        })?;
        session.appliance().note(Action::HealthReset);
        Ok(Reply)
    }
}
