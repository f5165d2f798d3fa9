//! What stands between a request and its work: settings, authorised activities, declared errors.

use proc_macro2::{Ident, TokenStream as Tokens};
use quote::quote;
use syn::{Attribute, DeriveInput, Expr, Lit, Result, Token, UnOp, punctuated::Punctuated};

use crate::attributes::{error, error_code, shown};

/// What `#[setting(..)]` and `#[authorise(..)]` say, to run and to show.
pub(crate) struct Gates {
    pub(crate) settings: Vec<Tokens>,
    pub(crate) shown_settings: Vec<Tokens>,
    pub(crate) activities: Vec<Tokens>,
    pub(crate) shown_activities: Vec<Tokens>,
}

pub(crate) fn gates(input: &DeriveInput) -> Result<Gates> {
    let mut gates = Gates {
        settings: vec![],
        shown_settings: vec![],
        activities: vec![],
        shown_activities: vec![],
    };
    for attribute in named(input, "setting") {
        let parts = arguments(attribute)?;
        let mut parts = parts.iter();
        let (Some(condition), Some(Expr::Lit(number))) = (parts.next(), parts.next()) else {
            return Err(error(attribute, "expected #[setting(condition, error)]"));
        };
        let (text, number) = (shown(condition), error_code(&number.lit)?);
        let fails = match condition {
            Expr::Unary(not) if matches!(not.op, UnOp::Not(_)) => {
                let setting = &not.expr;
                quote!(settings.#setting)
            }
            setting => quote!(!settings.#setting),
        };
        gates.settings.push(quote!(if #fails { return Err(#number); }));
        gates.shown_settings.push(quote!((#text, #number)));
    }
    for attribute in named(input, "authorise") {
        let parts = arguments(attribute)?;
        let mut parts = parts.iter();
        let (Some(category), Some(sub)) = (parts.next(), parts.next()) else {
            return Err(error(attribute, "expected #[authorise(category, sub, condition)]"));
        };
        let condition = parts.next();
        let when = condition.map(|when| format!(" when {}", shown(when))).unwrap_or_default();
        let name = match sub {
            Expr::Lit(text) => shown(&Expr::Lit(text.clone())).replace('"', ""),
            field => format!("<{}>", shown(field).replace("self.", "").replace("()", "")),
        };
        let text = format!("{}.{name}.host{when}", shown(category).to_lowercase());
        let condition = condition.map_or_else(|| quote!(true), |when| quote!(#when));
        gates.activities.push(quote!(if #condition {
            gate(crate::Category::#category, &#sub)?;
        }));
        gates.shown_activities.push(quote!(#text));
    }
    Ok(gates)
}

/// What `#[error(..)]` and `#[errors(..)]` say.
pub(crate) fn errors(input: &DeriveInput) -> Result<Vec<Tokens>> {
    let mut errors = vec![];
    for attribute in named(input, "error") {
        let parts = attribute.parse_args_with(Punctuated::<Lit, Token![,]>::parse_terminated)?;
        let mut parts = parts.iter();
        let (Some(number), Some(text)) = (parts.next(), parts.next()) else {
            return Err(error(attribute, "expected #[error(number, \"meaning\")]"));
        };
        let number = error_code(number)?;
        errors.push(quote!((#number, #text)));
    }
    for attribute in named(input, "errors") {
        for name in attribute.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)? {
            errors.push(quote!(crate::error::#name));
        }
    }
    Ok(errors)
}

fn named<'a>(input: &'a DeriveInput, name: &'a str) -> impl Iterator<Item = &'a Attribute> {
    input.attrs.iter().filter(move |attribute| attribute.path().is_ident(name))
}

fn arguments(attribute: &Attribute) -> Result<Punctuated<Expr, Token![,]>> {
    attribute.parse_args_with(Punctuated::parse_terminated)
}
