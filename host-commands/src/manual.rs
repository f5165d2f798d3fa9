//! The reference manual and the fuzzing dictionary, from the definitions.

mod keys;

use std::fmt::{Result, Write};

use wire::{CommandSpec, FieldSpec, Grammar};

use crate::{COMMANDS, FAMILIES, NAMED, error};

/// What families are called in headings.
const HEADINGS: &[(&str, &str)] = &[
    ("device", "The device"),
    ("keys", "Keys"),
    ("exchange", "Keys of one type"),
    ("lmk", "Migration to another LMK"),
    ("pin", "PINs"),
    ("card", "Cards"),
    ("mac", "Message authentication"),
    ("data", "Data"),
    ("emv", "EMV"),
    ("print", "Printing"),
    ("storage", "User storage"),
];

/// What stands in front of a family.
const INTRODUCTIONS: &[(&str, &str)] = &[("exchange", include_str!("manual/exchange.md"))];

/// Writes the whole manual as Markdown.
pub fn manual(out: &mut impl Write) -> Result {
    out.write_str(include_str!("manual/introduction.md"))?;
    write!(out, "\n{}", include_str!("manual/lmk.md"))?;
    writeln!(out, "\n## Error codes\n\n| Code | Meaning |\n| --- | --- |")?;
    for (code, text) in error::all() {
        writeln!(out, "| `{code}` | {text} |")?;
    }
    writeln!(out, "\nOther numbers have a meaning of their own in each command.")?;
    keys::tables(out)?;
    for (family, heading) in HEADINGS {
        writeln!(out, "\n## {heading}")?;
        if let Some((_, text)) = INTRODUCTIONS.iter().find(|(of, _)| of == family) {
            write!(out, "\n{text}")?;
        }
        for (entry, of) in COMMANDS.iter().zip(FAMILIES) {
            if of == family {
                writeln!(out)?;
                page(&entry.spec, out)?;
            }
        }
    }
    writeln!(
        out,
        "\n## Known by name\n\nThese commands exist on the device; Strongroom answers them with \
         error 68.\n\n| Code | Name | Family | Evidence |\n| --- | --- | --- | --- |"
    )?;
    for named in NAMED {
        let code = named.code.escape_ascii();
        writeln!(
            out,
            "| `{code}` | {} | {} | {} |",
            named.name,
            named.family,
            named.evidence.word()
        )?;
    }
    Ok(())
}

/// Writes the page of one command.
pub fn page(spec: &CommandSpec, out: &mut impl Write) -> Result {
    let [code, reply] = [spec.code, spec.reply_code].map(|code| code.escape_ascii().to_string());
    let second = spec.print_code.map(|code| code.escape_ascii().to_string());
    let replies =
        second.as_ref().map_or_else(|| reply.clone(), |second| format!("{reply}, {second}"));
    let (name, text) = spec.doc.split_once('\n').unwrap_or((spec.doc, ""));
    writeln!(out, "### {code} → {replies}: {}\n", name.trim_end_matches('.'))?;
    if !text.trim().is_empty() {
        writeln!(out, "{}\n", text.trim())?;
    }
    writeln!(out, "Evidence: {}. Licence: {}.\n", spec.evidence.word(), spec.licence)?;
    for activity in spec.activities {
        writeln!(out, "Needs the authorised activity `{activity}`.\n")?;
    }
    for (setting, error) in spec.settings {
        let (setting, state) = match setting.strip_prefix('!') {
            Some(setting) => (setting, " off"),
            None => (*setting, ""),
        };
        writeln!(out, "Needs the setting `{setting}`{state}, else `{error}`.\n")?;
    }
    for (heading, fields) in [("Request", spec.request), ("Reply", spec.reply)] {
        if fields.is_empty() {
            writeln!(out, "{heading}: no fields.\n")?;
            continue;
        }
        writeln!(out, "| {heading} | Format | Presence | Meaning |\n| --- | --- | --- | --- |")?;
        table(fields, "", out)?;
        writeln!(out)?;
    }
    if let Some(second) = second {
        writeln!(
            out,
            "After `{reply}00` a second reply follows, when the printer is done: `{second}` and an error \
             code, `00` or `16`.\n"
        )?;
    }
    let carried: Vec<_> = spec.carried.iter().map(|code| format!("`{code}`")).collect();
    if carried.len() > 1 {
        writeln!(out, "The fields follow the codes {}.\n", carried.join(", "))?;
    }
    for (code, meaning) in spec.errors {
        writeln!(out, "- `{code}` {meaning}")?;
    }
    Ok(())
}

/// Writes a libFuzzer dictionary: every command code and every fixed field value.
pub fn dictionary(out: &mut impl Write) -> Result {
    for entry in COMMANDS {
        writeln!(out, "\"{}\"", entry.spec.code.escape_ascii())?;
        words(entry.spec.request, out)?;
    }
    Ok(())
}

fn table(fields: &[FieldSpec], indent: &str, out: &mut impl Write) -> Result {
    for field in fields {
        let mut presence = match (field.when, field.after, field.maybe) {
            (Some(when), Some(after), _) => format!("when `{when}`, after `{after}`"),
            (Some(when), None, false) => format!("when `{when}`"),
            (Some(when), None, true) => format!("optional when `{when}`"),
            (None, Some(after), _) => format!("optional, after `{after}`"),
            (None, None, true) => "optional".to_owned(),
            (None, None, false) => "always".to_owned(),
        };
        if let Some(end) = field.ends {
            write!(presence, ", closed by `{}`", end.escape_ascii())?;
        }
        if let Some(error) = field.error {
            write!(presence, ", else `{error}`")?;
        }
        let presence = presence.replace('|', "\\|");
        let (name, doc) = (field.name, field.doc.replace('\n', " "));
        writeln!(out, "| {indent}{name} | {} | {presence} | {doc} |", format(&field.grammar))?;
        nested(&field.grammar, indent, out)?;
    }
    Ok(())
}

fn nested(grammar: &Grammar, indent: &str, out: &mut impl Write) -> Result {
    let deeper = format!("{indent}· ");
    match grammar {
        Grammar::Group(fields) => table(fields, &deeper, out),
        Grammar::List(item, _) => nested(item, indent, out),
        Grammar::Choice(variants) => variants
            .iter()
            .filter_map(|v| v.then.as_ref())
            .try_for_each(|then| nested(then, indent, out)),
        _ => Ok(()),
    }
}

pub(crate) fn format(grammar: &Grammar) -> String {
    let range = |low: &usize, high: &usize, unit| {
        if low == high { format!("{low} {unit}") } else { format!("{low}-{high} {unit}") }
    };
    match grammar {
        Grammar::Digits(low, high) => range(low, high, "N"),
        Grammar::Hex(low, high) => range(low, high, "H"),
        Grammar::Text(low, high) => range(low, high, "A"),
        Grammar::Bytes(count) => format!("{count} B"),
        Grammar::Run(alphabet) => format!("{}, as many as said", alphabet.word()),
        Grammar::Counted(width, 10) => format!("{width} N, then bytes"),
        Grammar::Counted(width, _) => format!("{width} H, then bytes"),
        Grammar::Message(width) => format!("{width} N, then a message"),
        Grammar::Literal(byte) => format!("`{}`", byte.escape_ascii()),
        Grammar::Key(role, error, _) => format!("{role} key, parity `{error}`"),
        Grammar::Choice(variants) => {
            let codes = variants
                .iter()
                .map(|v| format!("`{}` {}", v.code, v.doc.lines().next().unwrap_or_default()));
            codes.collect::<Vec<_>>().join(" ")
        }
        Grammar::Group(_) => "group".to_owned(),
        Grammar::List(item, end) => {
            let item = match item {
                Grammar::Group(_) => String::new(),
                item => format!(" of {}", format(item)),
            };
            let end = end.map(|end| format!(", closed by `{}`", end.escape_ascii()));
            format!("list{item}{}", end.unwrap_or_default())
        }
        Grammar::Own(shape, _) | Grammar::Secret(shape, _) => (*shape).to_owned(),
    }
}

fn words(fields: &[FieldSpec], out: &mut impl Write) -> Result {
    for field in fields {
        if let Grammar::Choice(variants) = field.grammar {
            for variant in variants {
                writeln!(out, "\"{}\"", variant.code)?;
                if let Some(Grammar::Group(fields)) = variant.then {
                    words(fields, out)?;
                }
            }
        }
        if let Grammar::Group(fields) = field.grammar {
            words(fields, out)?;
        }
    }
    Ok(())
}
