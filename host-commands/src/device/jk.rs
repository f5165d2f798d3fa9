//! `JK` How the device is now.

use appliance::KeyChange;
use vault::{Lmk, LmkKind};

use crate::prelude::*;

/// Report how the device is: consoles, host ports, tampers, LMKs and fraud detection.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "JK", reply = "JL", evidence = "simulator")]
pub struct Request;

/// How the device is.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Serial number.
    pub serial_number: Text<'a, 12>,
    /// Date now, YYMMDD (inferred).
    pub date: Decimal<6>,
    /// Time now, hhmmss (inferred).
    pub time: Decimal<6>,
    /// Console.
    pub console: Running,
    /// Remote manager, of which there is none.
    pub manager: Running,
    /// First host interface.
    pub host_1: Running,
    /// Second host interface, of which there is none.
    pub host_2: Running,
    /// Always zeros.
    pub reserved: Decimal<2>,
    /// Whether it was tampered with.
    pub tampered: Tampered,
    /// How it was tampered with.
    #[when(tampered in ["2"])]
    pub tamper: Option<Tamper>,
    /// LMKs that are loaded.
    pub loaded: Decimal<2>,
    /// Those among them that are for tests.
    pub for_tests: Decimal<2>,
    /// Old LMKs in key change storage.
    pub old: Decimal<2>,
    /// Each LMK that is loaded.
    #[repeat(loaded)]
    #[ends('\x15')]
    pub lmks: Repeat<'a, LoadedLmk<'a>>,
    /// Whether too many PIN verifications failed.
    pub stopped: Decimal<1>,
    /// Whether there were too many PIN attacks.
    pub attacked: Decimal<1>,
}

/// Whether a part of the device runs.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Running {
    /// It cannot be told.
    #[code("0")]
    Unknown,
    /// It runs.
    #[code("1")]
    Yes,
    /// It does not run.
    #[code("2")]
    No,
    /// It is switched off, or there is none.
    #[code("3")]
    Disabled,
}

/// Whether the device was tampered with.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Tampered {
    /// It cannot be told.
    #[code("0")]
    Unknown,
    /// It was not.
    #[code("1")]
    No,
    /// It was.
    #[code("2")]
    Yes,
}

/// How the device was tampered with.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Tamper {
    /// Cause: 00 unknown, 01 temperature, 02 battery, 03 erase button, 04 watchdog, 05 voltage, 06 restart, 07 motion,
    /// 08 case, 09 security module, 10 general.
    pub cause: Decimal<2>,
    /// Date.
    pub date: Decimal<6>,
    /// Time.
    pub time: Decimal<6>,
}

/// An LMK that is loaded.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct LoadedLmk<'a> {
    /// Identifier.
    pub id: Decimal<2>,
    /// Whether anything is authorised under it.
    pub authorised: Decimal<1>,
    /// How many activities are.
    pub activities: Decimal<2>,
    /// Key scheme.
    pub scheme: LmkScheme,
    /// Algorithm.
    pub algorithm: LmkAlgorithm,
    /// What it is for.
    pub purpose: LmkPurpose,
    /// Comments.
    #[ends('\x14')]
    pub comments: Until<'a, 0x14>,
}

/// Key scheme of an LMK.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum LmkScheme {
    /// Variants.
    #[code("V")]
    Variant,
    /// Key blocks.
    #[code("K")]
    KeyBlock,
}

/// Algorithm of an LMK.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum LmkAlgorithm {
    /// Double length triple DES.
    #[code("0")]
    DoubleDes,
    /// Triple length triple DES.
    #[code("1")]
    TripleDes,
    /// AES of 256 bits.
    #[code("2")]
    Aes,
}

/// What an LMK is for.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum LmkPurpose {
    /// For real keys.
    #[code("L")]
    Live,
    /// For tests.
    #[code("T")]
    Test,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (state, fraud) = (session.state(), session.appliance().fraud());
        let now = state.clock.now();
        let is_live = |id| state.lmks.label(id).is_some_and(|label| label.is_live);
        let lmks = session.collect(state.lmks.iter(), |(id, lmk), session| {
            Ok(loaded(session, id, lmk, is_live(id)))
        })?;
        let changes = state.lmks.key_changes();
        Ok(Reply {
            serial_number: Text(session.appliance().serial_number().as_bytes()),
            date: date_of(now),
            time: time_of(now),
            console: Running::Yes,
            manager: Running::Disabled,
            host_1: if session.appliance().is_online() { Running::Yes } else { Running::No },
            host_2: Running::Disabled,
            reserved: Decimal(0),
            tampered: if state.tamper.is_some() { Tampered::Yes } else { Tampered::No },
            tamper: state.tamper.map(|tamper| Tamper {
                cause: Decimal(tamper.cause as u64),
                date: date_of(tamper.at),
                time: time_of(tamper.at),
            }),
            loaded: capped(state.lmks.count() as u64),
            for_tests: capped(state.lmks.iter().filter(|(id, _)| !is_live(*id)).count() as u64),
            old: capped(changes.filter(|(_, side, _)| *side == KeyChange::Old).count() as u64),
            lmks,
            stopped: Decimal(fraud.is_stopped().into()),
            attacked: Decimal(fraud.is_attacked().into()),
        })
    }
}

/// What is told of an LMK.
fn loaded<'a>(
    session: &'a Session<'a>,
    id: vault::LmkId,
    lmk: &Lmk,
    is_live: bool,
) -> LoadedLmk<'a> {
    let state = session.state();
    let activities = state.authorised.grants(id).count() as u64;
    let (scheme, algorithm) = match lmk.kind() {
        LmkKind::Variant => (LmkScheme::Variant, LmkAlgorithm::DoubleDes),
        LmkKind::KeyBlock => (LmkScheme::KeyBlock, LmkAlgorithm::TripleDes),
        LmkKind::AesKeyBlock => (LmkScheme::KeyBlock, LmkAlgorithm::Aes),
    };
    LoadedLmk {
        id: Decimal(id.0.into()),
        authorised: Decimal((activities > 0).into()),
        activities: capped(activities),
        scheme,
        algorithm,
        purpose: if is_live { LmkPurpose::Live } else { LmkPurpose::Test },
        comments: Until(state.lmks.label(id).map_or(b"", |label| label.comments.as_bytes())),
    }
}
