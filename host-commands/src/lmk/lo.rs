//! `LO` Move a decimalisation table to the new LMK.

use crate::prelude::*;

/// Translate a decimalisation table from the old LMK to the new one.
///
/// The table is encrypted, whatever the setting says of tables in other commands (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LO", reply = "LP", evidence = "manual")]
#[errors(DECIMALISATION, KEY_CHANGE_STORAGE, MIGRATION, STRONGER_LMK)]
pub struct Request<'a> {
    /// Decimalisation table under the old LMK.
    pub table: DecimalisationTable<'a>,
}

/// The table under the new LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Decimalisation table under the new LMK.
    pub table: DecimalisationTable<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        Ok(Reply { table: session.migrate_table(self.table)? })
    }
}
