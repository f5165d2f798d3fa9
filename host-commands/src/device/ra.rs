//! `RA` Cancel authorised activities.

use appliance::Action;

use crate::prelude::*;

/// Cancel authorised activities of the host: all of them, or those that are listed.
///
/// The old form has no fields. The meaning of the mode flag is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "RA", reply = "RB", evidence = "simulator", changes)]
pub struct Request<'a> {
    /// What to do with the activities below, in the newer form.
    #[maybe]
    pub mode: Option<Mode>,
    /// Number of activities; with none, all are cancelled.
    #[when(mode.is_some())]
    pub count: Option<Decimal<3>>,
    /// Activities: `category.sub.interface`, and a time-out that does not matter here.
    #[when(mode.is_some())]
    #[repeat(count.map_or(0, usize::from))]
    pub activities: Option<Repeat<'a, NamedActivity<'a>>>,
}

/// What to do with the activities.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Cancel them.
    #[code("00")]
    Cancel,
}

/// An activity by name.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct NamedActivity<'a> {
    /// Name.
    #[ends(';')]
    pub name: Until<'a, b';'>,
}

/// How many were cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Number of activities that were cancelled.
    #[when(request.mode.is_some())]
    pub cancelled: Option<Decimal<3>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let cancelled = session.change(self, |state| match self.activities {
            Some(list) if list.iter().next().is_some() => {
                let own = list.iter().filter(|it| cancel(&mut state.authorised, it.name.0));
                Ok(own.count())
            }
            _ => Ok(state.authorised.cancel_all()),
        })?;
        if cancelled > 0 {
            session.appliance().note(Action::ActivityCancelled);
        }
        let cancelled = cancelled.min(999) as u64;
        Ok(Reply { cancelled: self.mode.map(|_| Decimal(cancelled)) })
    }
}

/// Cancels one activity; false where it was not authorised, or is none of the host's.
fn cancel(authorised: &mut appliance::Authorisations, name: &[u8]) -> bool {
    let name = core::str::from_utf8(name).unwrap_or_default();
    let mut parts = name.split(['.', ':']);
    let (category, sub, interface) = (parts.next(), parts.next(), parts.next());
    match (category.and_then(Category::from_word), sub, interface) {
        (Some(category), Some(sub), None | Some("host")) => authorised.cancel(category, sub),
        _ => false,
    }
}
