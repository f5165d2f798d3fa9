//! Commands that answer 01 both to a wrong PIN and to a block without one: the time must not tell which it was.

use bytes::BytesMut;
use host_commands::LmkPort;

use crate::{
    device::On,
    table::{ACCOUNT, Desk, ROWS, field, under_transaction},
};

/// Instructions by which the answers to a command may differ: half of a DES block.
pub(crate) const LIMIT: u64 = crate::price::DES_BLOCK as u64 / 2;

/// What a terminal may enter: PIN fields of format 01.
pub(crate) const FIELDS: [(&str, &str); 6] = [
    ("a wrong PIN", "041235"),
    ("a longer PIN", "0512355"),
    ("another control digit", "F41234"),
    ("a PIN that is not decimal", "04123A"),
    ("another filling", "0412340"),
    ("no length of a PIN", "031234"),
];

/// Codes of the commands.
pub(crate) fn commands() -> impl Iterator<Item = &'static str> {
    ROWS.iter().filter(|row| row.conceals && row.right != "68").map(|row| row.code)
}

/// Answers the message of a command many times, with a block that holds the field: what valgrind looks at.
pub(crate) fn repeat(command: &str, text: &str, times: u32) {
    let desk = Desk::new(On::Variant);
    let [dblock, sblock] = under_transaction(field(text, ACCOUNT));
    let instead = [("dblock", dblock.as_str()), ("sblock", sblock.as_str())];
    assert_eq!(desk.told(command, &instead), "01", "{command} with {text}");
    let message = desk.message(command, &instead);
    let mut out = BytesMut::with_capacity(1024);
    for _ in 0..times {
        out.clear();
        desk.device.answer(LmkPort::Only(0), message.as_bytes(), &mut out);
    }
}
