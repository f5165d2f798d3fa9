//! The two buffers of a connection. Clear PINs may pass through them, so what was used is wiped
//! before it is used again, outgrown or freed. They take no memory before the first byte comes.

use bytes::{BufMut as _, BytesMut};
use zeroize::Zeroize as _;

use super::frame::PREFIX;

/// First capacity of an [`Inbox`], enough for a few ordinary messages.
const INBOX: usize = 1024;
/// Capacity up to which an [`Inbox`] grows for the sake of fewer reads.
const INBOX_READ_AHEAD: usize = 16 * 1024;
/// First capacity of an [`Outbox`].
const OUTBOX: usize = 1024;

/// Bytes that were read and not yet answered.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    start: usize,
}

impl Inbox {
    /// What was read and not yet consumed.
    pub(super) fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Gives up the first `length` bytes of [`Self::unread`].
    pub(super) fn consume(&mut self, length: usize) {
        self.start = self.bytes.len().min(self.start.saturating_add(length));
    }

    /// A buffer with spare capacity to which more can be appended. It grows when the last read
    /// filled it: up to the longest frame, or so that one read takes many messages.
    pub(super) fn space(&mut self, frame_limit: usize) -> &mut Vec<u8> {
        let full = self.bytes.len() == self.bytes.capacity();
        self.compact();
        if full {
            let ceiling = INBOX_READ_AHEAD.max(PREFIX + frame_limit);
            let capacity = (2 * self.bytes.capacity()).clamp(INBOX, ceiling);
            if capacity > self.bytes.capacity() {
                let mut grown = Vec::with_capacity(capacity);
                grown.extend_from_slice(&self.bytes);
                self.bytes.zeroize();
                self.bytes = grown;
            }
        }
        &mut self.bytes
    }

    /// Whether it holds memory.
    pub(super) fn is_allocated(&self) -> bool {
        self.bytes.capacity() > 0
    }

    /// Whether it grew beyond its first capacity.
    pub(super) fn is_grown(&self) -> bool {
        self.bytes.capacity() > INBOX
    }

    /// Gives the memory back, if nothing is unread.
    pub(super) fn release(&mut self) {
        if self.unread().is_empty() {
            *self = Self::default();
        }
    }

    /// Moves what is unread to the front and wipes the rest.
    pub(super) fn compact(&mut self) {
        if self.start > 0 {
            let kept = self.unread().len();
            self.bytes.copy_within(self.start.., 0);
            if let Some(used) = self.bytes.get_mut(kept..) {
                used.zeroize();
            }
            self.bytes.truncate(kept);
            self.start = 0;
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.bytes.as_mut_slice().zeroize();
    }
}

/// Replies that were not yet sent, each with its length prefix.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: BytesMut,
    sent: usize,
}

/// A reply that its length prefix cannot tell.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct TooLongReply;

impl Outbox {
    /// Appends the reply to a message of `length` bytes, and returns what `answer` does. An empty
    /// reply is none.
    pub(super) fn reply<T>(
        &mut self,
        length: usize,
        answer: impl FnOnce(&mut BytesMut) -> T,
    ) -> Result<T, TooLongReply> {
        self.reserve(PREFIX + 2 * length + 512);
        let start = self.bytes.len();
        self.bytes.put_u16(0);
        let answered = answer(&mut self.bytes);
        let reply = self.bytes.get_mut(start..).unwrap_or_default();
        let Some((prefix, body)) = reply.split_first_chunk_mut::<PREFIX>() else {
            return Ok(answered);
        };
        let length = u16::try_from(body.len());
        *prefix = length.unwrap_or_default().to_be_bytes();
        if body.is_empty() || length.is_err() {
            body.zeroize();
            self.bytes.truncate(start);
        }
        length.map(|_| answered).map_err(|_| TooLongReply)
    }

    /// Bytes that wait to be sent.
    pub(super) fn unsent(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }

    /// Gives up the first `length` bytes of [`Self::unsent`].
    pub(super) fn advance(&mut self, length: usize) {
        self.sent += length;
        if self.unsent().is_empty() {
            self.clear();
        }
    }

    /// Gives up everything.
    pub(super) fn clear(&mut self) {
        self.bytes.as_mut().zeroize();
        self.bytes.clear();
        self.sent = 0;
    }

    /// Whether it grew beyond its first capacity.
    pub(super) fn is_grown(&self) -> bool {
        self.bytes.capacity() > OUTBOX
    }

    /// Gives the memory back, if everything was sent.
    pub(super) fn release(&mut self) {
        if self.unsent().is_empty() {
            *self = Self::default();
        }
    }

    /// Makes room here, so that `BytesMut` need not grow by itself and leave an unwiped copy
    /// behind.
    fn reserve(&mut self, length: usize) {
        let needed = self.bytes.len() + length;
        if needed > self.bytes.capacity() {
            let mut grown = BytesMut::with_capacity(needed.next_power_of_two().max(OUTBOX));
            grown.extend_from_slice(&self.bytes);
            self.bytes.as_mut().zeroize();
            self.bytes = grown;
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_keeps_what_is_unread_and_wipes_the_rest() {
        let mut inbox = Inbox::default();
        assert!(!inbox.is_allocated());
        inbox.space(100).extend_from_slice(b"secret|rest");
        inbox.consume(7);
        assert_eq!(inbox.unread(), b"rest");
        inbox.compact();
        assert_eq!(inbox.unread(), b"rest");
        inbox.bytes.resize(11, 1);
        inbox.consume(usize::MAX);
        inbox.compact();
        assert_eq!(inbox.unread(), b"");
    }

    #[test]
    fn an_inbox_grows_only_when_it_is_full_and_no_further_than_needed() {
        let mut inbox = Inbox::default();
        assert_eq!(inbox.space(40_000).capacity(), INBOX);
        let mut length = 0;
        while length < 40_002 {
            let bytes = inbox.space(40_000);
            assert!(bytes.capacity() > bytes.len());
            bytes.resize(bytes.capacity(), 7);
            length = bytes.len();
        }
        assert_eq!(inbox.space(40_000).capacity(), 40_002);
        assert!(inbox.is_grown());
        inbox.release();
        assert!(inbox.is_grown(), "unread bytes are kept");
        inbox.consume(40_002);
        inbox.release();
        assert!(!inbox.is_allocated());
    }

    #[test]
    fn an_outbox_prefixes_each_reply_and_leaves_out_empty_ones() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.reply(2, |out| out.put_slice(b"ND00")), Ok(()));
        assert_eq!(outbox.reply(2, |_| ()), Ok(()));
        assert_eq!(outbox.reply(2, |out| out.put_slice(b"B300")), Ok(()));
        assert_eq!(outbox.unsent(), b"\0\x04ND00\0\x04B300");
        outbox.advance(6);
        assert_eq!(outbox.unsent(), b"\0\x04B300");
        outbox.advance(6);
        assert_eq!(outbox.unsent(), b"");
    }

    #[test]
    fn an_outbox_refuses_a_reply_that_cannot_be_framed() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.reply(2, |out| out.put_slice(b"ND00")), Ok(()));
        assert_eq!(outbox.reply(2, |out| out.put_bytes(b'x', 65_536)), Err(TooLongReply));
        assert_eq!(outbox.unsent(), b"\0\x04ND00");
        assert_eq!(outbox.reply(2, |out| out.put_bytes(b'x', 65_535)), Ok(()));
        assert_eq!(outbox.unsent().len(), 6 + 65_537);
    }
}
