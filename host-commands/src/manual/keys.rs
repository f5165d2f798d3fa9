//! What is said of keys: key types, and the fields of key blocks.

use std::fmt::{Result, Write};

use vault::{
    KeyType, KeyTypes, Permission,
    key_block::{
        optional::{Contents, KINDS},
        values::{Origin, USAGES},
    },
};

/// Writes the tables.
pub(super) fn tables(out: &mut impl Write) -> Result {
    key_types(out)?;
    key_usages(out)?;
    optional_blocks(out)
}

/// Every key type of both sets, and what may happen to it.
fn key_types(out: &mut impl Write) -> Result {
    writeln!(
        out,
        "\n## Key types\n\n`yes` is allowed, `authorised` needs the activity of that name, `no` \
         answers 29.\n\n| Code | Key | LMK pair | Variant | Generate | Export | Import | Key block \
         usages | Evidence |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )?;
    for row in key_types_of_both_sets() {
        let usages: Vec<_> = row.usages.iter().map(|u| u.escape_ascii().to_string()).collect();
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.code(),
            row.name,
            row.pair_numbers().escape_ascii(),
            row.variant,
            permission(row.generate),
            permission(row.export),
            permission(row.import),
            usages.join(" "),
            grade(row.evidence),
        )?;
    }
    Ok(())
}

/// The standard set, then what only the set with key type 002 separation has.
fn key_types_of_both_sets() -> impl Iterator<Item = &'static KeyType> {
    let separated = KeyTypes::Separated
        .iter()
        .filter(|row| !KeyTypes::Standard.iter().any(|known| known == *row));
    KeyTypes::Standard.iter().chain(separated)
}

fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::No => "no",
        Permission::Yes => "yes",
        Permission::Authorised => "authorised",
    }
}

fn grade(evidence: vault::Evidence) -> &'static str {
    match evidence {
        vault::Evidence::Device => "device",
        vault::Evidence::Manual => "manual",
        vault::Evidence::Simulator => "simulator",
        vault::Evidence::Inferred => "inferred",
    }
}

/// Every key usage of a key block, and what goes with it.
fn key_usages(out: &mut impl Write) -> Result {
    writeln!(
        out,
        "\n## Key usages of key blocks\n\n`TR-31` is the usage with which such a key leaves in a TR-31 key block \
         (inferred for numbers); without one it does not.\n\n| Code | Key | Algorithms | Modes of use | TR-31 | \
         From |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    for usage in USAGES {
        let standard = usage.standard.map(|code| format!("`{}`", code.escape_ascii()));
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} |",
            usage.code.escape_ascii(),
            usage.text,
            letters(usage.algorithms),
            letters(usage.modes),
            standard.unwrap_or_default(),
            match usage.origin {
                Origin::Standard => "X9.143",
                Origin::Thales => "the vendor",
                Origin::Listed => "the vendor, by one source",
            },
        )?;
    }
    Ok(())
}

/// Every optional block of a key block, and what it may say.
fn optional_blocks(out: &mut impl Write) -> Result {
    writeln!(
        out,
        "\n## Optional blocks of key blocks\n\nA block is its name, its length in two hexadecimal digits with name and \
         length, and its contents; or `00` for the length, the number of digits of a longer length in two, that \
         length, and the contents. Contents are checked when a host supplies them. A key whose status is neither \
         `L` nor `T` is not used (error AD), nor one before its start (AE) or from its end on (AF); whether a device \
         does so is not public. Numbers are the vendor's, letters are those of X9.143.\n\n| Name | Meaning | \
         Contents | Else |\n| --- | --- | --- | --- |"
    )?;
    for kind in KINDS {
        let refusal = match kind.contents {
            Contents::Status => "AD".to_owned(),
            Contents::Hour(refusal) | Contents::Reserved(refusal) => {
                refusal.code().map_or_else(String::new, |code| code.escape_ascii().to_string())
            }
            Contents::Text => String::new(),
            _ => "B4".to_owned(),
        };
        let id = kind.id.escape_ascii();
        writeln!(out, "| `{id}` | {} | {} | {refusal} |", kind.text, kind.contents)?;
    }
    Ok(())
}

/// Characters, with a space between them.
fn letters(codes: &[u8]) -> String {
    let codes: Vec<_> = codes.iter().map(|code| char::from(*code).to_string()).collect();
    codes.join(" ")
}
