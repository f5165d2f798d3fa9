//! `J6` Reset the statistics.

use appliance::Action;

use crate::prelude::*;

/// Set the counts of host commands and of load to zero.
///
/// The activity that it needs is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "J6", reply = "J7", evidence = "simulator")]
#[authorise(Diag, "")]
pub struct Request;

/// Done.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply;

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let appliance = session.appliance();
        appliance.statistics().reset(session.state().clock.now());
        appliance.audit_if(
            |options| options.utilisation_resets,
            Action::UtilisationResetByHost.done(),
        );
        Ok(Reply)
    }
}
