//! What computing with secrets leaves on the stack, and how it goes.
//!
//! Wiping types wipe themselves. Copies that the compiler made of them, key schedules and blocks in registers that were
//! spilled, it leaves where they are until something else lies there. Whoever has done with secrets for a while overwrites
//! them.

use core::cell::Cell;
use core::hint::black_box;

/// Bytes that are overwritten at once.
const PIECE: usize = 16 * 1024;

/// Pieces below the caller that are overwritten: deeper than any command goes. Without optimisation frames are larger.
const PIECES: usize = if cfg!(debug_assertions) { 6 } else { 1 };

thread_local! {
    static USED: Cell<bool> = const { Cell::new(false) };
}

/// Notes that this thread works with a secret.
#[inline]
pub(crate) fn used() {
    USED.set(true);
}

/// Overwrites the stack below the caller, if this thread has worked with a secret since the last time.
///
/// To be called where no secret is in use, in a function that called, or its callees, all that were.
#[inline]
pub fn wipe_stack() {
    if USED.replace(false) {
        overwrite(PIECES);
    }
}

#[inline(never)]
fn overwrite(pieces: usize) {
    let mut piece = [0_u8; PIECE];
    black_box(&mut piece);
    if pieces > 1 {
        overwrite(pieces - 1);
    }
    // The piece lies there until the one below it is overwritten.
    black_box(&mut piece);
}
