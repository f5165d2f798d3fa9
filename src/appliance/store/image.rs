//! The state as it is sealed: JSON, with LMKs that the vault has sealed before.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use vault::sealed::DataKey;
use vault::{Lmk, LmkId, LmkKind};
use zeroize::Zeroizing;

use crate::{KeyChange, Label, LmkTable, State};

#[derive(Deserialize, Serialize)]
struct Image<S> {
    state: S,
    lmks: Vec<Slot>,
}

/// An LMK, and what key change storage holds beside it.
#[derive(Deserialize, Serialize)]
struct Slot {
    id: LmkId,
    #[serde(default)]
    label: Label,
    lmk: SealedLmk,
    change: Option<(KeyChange, SealedLmk)>,
}

#[derive(Deserialize, Serialize)]
struct SealedLmk {
    kind: LmkKind,
    #[serde(with = "hex::serde")]
    sealed: Vec<u8>,
}

/// A state, to be sealed.
pub(super) fn written(state: &State, key: &DataKey) -> io::Result<Zeroizing<Vec<u8>>> {
    let lmks = state.lmks.iter().map(|(id, lmk)| Slot::new(state, id, lmk, key));
    let image = Image { state, lmks: lmks.collect::<io::Result<_>>()? };
    // It is written twice, so that the buffer never grows, which would leave a copy behind.
    let mut length = Length(0);
    serde_json::to_writer(&mut length, &image)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *bytes, &image)?;
    Ok(bytes)
}

/// The state that was sealed, or why it cannot be understood.
pub(super) fn read(bytes: &[u8], key: &DataKey) -> Result<State, String> {
    let Image { mut state, lmks }: Image<State> =
        serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    for slot in lmks {
        let id = slot.id;
        slot.load(&mut state.lmks, key).map_err(|reason| format!("LMK {:02}: {reason}", id.0))?;
    }
    Ok(state)
}

impl Slot {
    fn new(state: &State, id: LmkId, lmk: &Lmk, key: &DataKey) -> io::Result<Self> {
        let change = state.lmks.key_changes().find(|(beside, ..)| *beside == id);
        Ok(Self {
            id,
            label: state.lmks.label(id).cloned().unwrap_or_default(),
            lmk: SealedLmk::new(lmk, key)?,
            change: change
                .map(|(_, change, lmk)| Ok::<_, io::Error>((change, SealedLmk::new(lmk, key)?)))
                .transpose()?,
        })
    }

    fn load(self, table: &mut LmkTable, key: &DataKey) -> Result<(), String> {
        let Self { id, label, lmk, change } = self;
        if !table.load(id, lmk.open(key)?) {
            return Err("no such identifier".to_owned());
        }
        table.set_label(id, label);
        if let Some((change, lmk)) = change {
            let loaded = table.load_key_change(id, change, lmk.open(key)?);
            loaded.map_err(|fault| fault.to_string())?;
        }
        Ok(())
    }
}

impl SealedLmk {
    fn new(lmk: &Lmk, key: &DataKey) -> io::Result<Self> {
        let sealed = key.seal_lmk(lmk).map_err(io::Error::other)?;
        Ok(Self { kind: lmk.kind(), sealed })
    }

    fn open(&self, key: &DataKey) -> Result<Lmk, String> {
        key.open_lmk(self.kind, &self.sealed).map_err(|fault| fault.to_string())
    }
}

/// Counts what is written.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
