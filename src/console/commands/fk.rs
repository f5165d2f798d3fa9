//! `FK` Form a key from components.

use appliance::Category;
use vault::role::AnyKey;
use vault::usage::Stated;
use vault::{Expected, Key, KeyType, Policy, Token, Use};

use crate::answers::{Answer, EncryptedKey, Number};
use crate::card::Content;
use crate::desk::{Destination, ZMK_COMPONENT};
use crate::screens::check_value;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("FK", "Form a key from components: clear, halves, thirds or encrypted", run);

/// How the components come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Typed in the clear; the key is their exclusive or.
    Xor,
    /// The first half, the second half, and of a triple-length key the last third.
    Parts,
    /// On smart cards; the key is their exclusive or.
    Cards,
    /// Under the LMK; the key is their exclusive or.
    Encrypted,
    /// The same as older commands make them for ZMKs.
    ZmkComponents,
}

impl Answer for Kind {
    const PROMPT: &'static str = "Component type [X,H,E,S,T]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "X" => Ok(Self::Xor),
            "H" | "T" => Ok(Self::Parts),
            "S" => Ok(Self::Cards),
            "E" => Ok(Self::Encrypted),
            _ => Err("Invalid entry"),
        }
    }
}

/// Parity of components is not looked at; the key gets odd parity.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.destination()?;
    desk.authorised(to.lmk, Category::Component, &to.sub())?;
    let kind: Kind = desk.ask()?;
    let count = if kind == Kind::Parts {
        u32::try_from(to.size.bytes / 8).unwrap_or(1)
    } else {
        let Number::<1, 9>(count) = desk.ask_as("Enter number of components [1-9]: ")?;
        count
    };
    if kind != Kind::Parts {
        desk.enough_components(count)?;
    }
    form(desk, &to, kind, count)
}

/// Takes so many components and forms a key of them.
pub(super) fn form(desk: &mut Desk<'_>, to: &Destination, kind: Kind, count: u32) -> Outcome {
    let mut formed: Option<Key<Stated>> = None;
    for number in 1..=count {
        let prompt = format!("Enter component {number}: ");
        let component = match kind {
            Kind::Xor => desk.component(to, &prompt)?,
            Kind::Parts => desk.part(to, &prompt, number)?,
            Kind::Cards => on_card(desk, to)?,
            Kind::Encrypted => encrypted(desk, to, &prompt, to.key_type())?,
            Kind::ZmkComponents => {
                let key_type = desk.state().key_types().find(ZMK_COMPONENT);
                encrypted(desk, to, &format!("Enter encrypted component {number}: "), key_type)?
            }
        };
        match &mut formed {
            None => formed = Some(component),
            Some(key) => key.combine(&component).or_else(Stop::of_key)?,
        }
    }
    let Some(key) = formed else { return Err(Stop::Aborted) };
    let key = key
        .formed(desk.state().policy())
        .or_else(Stop::of_key)?;
    let sealed = desk.seal(&key, to, None)?;
    desk.tell_key("Encrypted key", &sealed, &check_value(&key))
}

/// A component on a card.
fn on_card(desk: &mut Desk<'_>, to: &Destination) -> Outcome<Key<Stated>> {
    loop {
        if let Content::KeyComponent(digits) = desk.card()?.content
            && let Ok(key) = Key::typed(to.size.algorithm, &digits)
            && key.size() == to.size
        {
            return Ok(key);
        }
        desk.refuse("Incompatible cards")?;
    }
}

/// A component under the LMK of the key.
fn encrypted(
    desk: &mut Desk<'_>,
    to: &Destination,
    prompt: &str,
    key_type: Option<&'static KeyType>,
) -> Outcome<Key<Stated>> {
    loop {
        let EncryptedKey(text) = desk.ask_as(prompt)?;
        let state = desk.state();
        let Some(lmk) = state.lmks.get(to.lmk) else { return Stop::no("Invalid LMK identifier") };
        let token = Token(text.as_bytes());
        let policy = Policy { masquerading: true, ..state.policy() };
        let any = Expected::of_type::<AnyKey>(key_type, Use::Any, policy);
        let expected = Expected { component: token.is_component(), ..any };
        match lmk.open::<Stated>(to.lmk, token, &expected) {
            Ok(key) if key.size() == to.size => return Ok(key),
            Ok(_) => desk.refuse("Invalid key length; re-enter")?,
            Err(_) => desk.refuse("Key parity error; re-enter key")?,
        }
    }
}
