//! `LA` Write to user storage.

use appliance::{State, StorageFault};
use wire::Storage;

use crate::{prelude::*, session::of_storage};

/// Most places in one message. Source: manual.
pub(super) const MOST: u8 = 0x20;

/// Write keys or tables to user storage.
///
/// Where places are of fixed length, shorter contents are filled with `F` on the right. A key in
/// such a place has no scheme tag: commands put it in front of the index, as in `UK001`. Where places
/// are of variable length (layout known from an open client), a key is stored with its tag. Nothing is
/// written if one place does not exist or contents are too long: error 21.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LA", reply = "LB", evidence = "manual", changes)]
pub struct Request<'a> {
    /// First place.
    pub place: StoragePlace,
    /// Number of places, at most X'20.
    #[when(scope.storage != Storage::Variable)]
    pub count: Option<Hex<1>>,
    /// Their contents.
    #[when(scope.storage != Storage::Variable)]
    #[repeat(count.map_or(0, |count| count.0[0]))]
    pub blocks: Option<Repeat<'a, StorageBlock<'a>>>,
    /// Contents of one place.
    #[when(scope.storage == Storage::Variable)]
    pub data: Option<Counted4N<'a>>,
}

/// Nothing.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let is_text = self.place.contents == StorageContents::Keys;
        let fits = match (self.count, self.data) {
            (Some(count), _) => is_text && count.0[0] <= MOST,
            (None, data) => {
                !is_text || data.is_none_or(|data| data.0.iter().all(|byte| matches!(byte, b' '..=b'~')))
            }
        };
        if !fits {
            return Err(ErrorCode::INVALID_INPUT);
        }
        session.change(self, |state| self.write(state).map_err(of_storage)).map(|()| Reply {})
    }
}

impl Request<'_> {
    fn write(&self, State { settings, storage, .. }: &mut State) -> Result<(), StorageFault> {
        let length = settings.user_storage_key_length;
        let blocks = self.blocks.iter().flat_map(Repeat::iter).map(|block| block.0);
        for (index, contents) in (self.place.index.0..).zip(blocks.chain(self.data.map(|data| data.0))) {
            storage.set(index, length, contents)?;
        }
        Ok(())
    }
}
