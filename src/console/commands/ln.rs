//! `LN` Load a new LMK into key change storage.

use appliance::{Category, KeyChange};

use super::lo::load;
use crate::Command;

pub(super) const COMMAND: Command =
    Command::new("LN", "Load a new LMK into key change storage", |desk| load(desk, KeyChange::New))
        .secure()
        .authorised(Category::Admin)
        .audited();
