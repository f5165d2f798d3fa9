//! `LE` Read user storage.

use wire::{Storage, all_hex};

use super::la::MOST;
use crate::{prelude::*, session::of_storage};

/// Read keys or tables from user storage.
///
/// All places must hold something, and were written with the place length of now: error 12. The reply
/// where places are of variable length is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LE", reply = "LF", evidence = "manual")]
pub struct Request {
    /// First place.
    pub place: StoragePlace,
    /// Number of places, at most X'20.
    #[when(scope.storage != Storage::Variable)]
    pub count: Option<Hex<1>>,
}

/// What the places hold.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Contents of each place.
    #[when(scope.storage != Storage::Variable)]
    #[repeat(request.count.map_or(0, |count| count.0[0]))]
    pub blocks: Option<Repeat<'a, StorageBlock<'a>>>,
    /// Contents of one place.
    #[when(scope.storage == Storage::Variable)]
    pub data: Option<Counted4N<'a>>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let storage = &session.state().storage;
        let StoragePlace { contents, index: StorageIndex(first) } = self.place;
        let Some(Hex([count])) = self.count else {
            let data = storage.get(first).map_err(of_storage)?;
            return Ok(Reply { blocks: None, data: Some(Counted(data)) });
        };
        if contents != StorageContents::Keys || count > MOST {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let length = session.settings().user_storage_key_length.digits();
        let blocks = session.collect(first..first + u16::from(count), |index, _| {
            let contents = storage.get(index).map_err(of_storage)?;
            let is_of_now = length == Some(contents.len()) && all_hex(contents);
            if is_of_now { Ok(StorageBlock(contents)) } else { Err(error::STORAGE_EMPTY.0) }
        })?;
        Ok(Reply { blocks: Some(blocks), data: None })
    }
}
