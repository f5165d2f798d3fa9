//! What attributes and types say, before any of it is turned into code.

use proc_macro2::{Group as Delimited, TokenStream as Tokens, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, DeriveInput, Expr, Field, Lit, LitStr, Meta, Result, Type, spanned::Spanned};

pub(crate) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.path().is_ident(name))
}

pub(crate) fn error(at: &impl Spanned, text: &str) -> syn::Error {
    syn::Error::new(at.span(), text)
}

pub(crate) fn option<T: ToTokens>(value: Option<T>) -> Tokens {
    value.map_or_else(|| quote!(None), |value| quote!(Some(#value)))
}

/// The doc comment, one line of text per line of comment.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(text) => match &text.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Two characters, as bytes.
pub(crate) fn two(value: &LitStr) -> Result<Tokens> {
    let bytes = value.value().into_bytes();
    let [first, second] = bytes[..] else {
        return Err(error(value, "a code has two characters"));
    };
    Ok(quote!([#first, #second]))
}

/// An error code: `5` or `"B5"`.
pub(crate) fn error_code(literal: &Lit) -> Result<Tokens> {
    match literal {
        Lit::Int(number) => {
            let number: u8 = number.base10_parse()?;
            if number > 99 {
                return Err(error(literal, "an error code has two digits"));
            }
            Ok(quote!(::wire::ErrorCode::new(#number)))
        }
        Lit::Str(text) => {
            let bytes = two(text)?;
            Ok(quote!(::wire::ErrorCode(#bytes)))
        }
        _ => Err(error(literal, "an error code is a number or two characters")),
    }
}

/// An expression as the manual shows it.
pub(crate) fn shown(expression: &Expr) -> String {
    let text = quote!(#expression).to_string();
    let mut tight = text.replace(" . ", ".").replace(" (", "(").replace("( ", "(");
    for (from, to) in [(" )", ")"), (" :: ", "::"), ("! ", "!"), ("& ", "&"), (" ,", ",")] {
        tight = tight.replace(from, to);
    }
    tight.replace("&&", "&& ").replace("  ", " ")
}

/// A condition as code, and as the manual shows it: an expression, or `mode in ["3", "4"]`.
pub(crate) struct Condition {
    pub(crate) test: Tokens,
    /// Fails to compile if the condition names a code that the field does not have.
    pub(crate) check: Option<Tokens>,
    pub(crate) text: String,
}

/// Reads a condition; `field_type` gives the type of a field of the same struct, so that the
/// codes of `in [..]` are checked when the definition is compiled.
pub(crate) fn condition(
    attribute: &Attribute,
    field_type: &dyn Fn(&syn::Ident) -> Option<Type>,
) -> Result<Condition> {
    let tokens: Vec<TokenTree> = attribute.parse_args::<Tokens>()?.into_iter().collect();
    let is_in = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "in");
    let Some(at) = tokens.iter().position(is_in) else {
        let expression: Expr = attribute.parse_args()?;
        return Ok(Condition { test: quote!(#expression), check: None, text: shown(&expression) });
    };
    let (mut left, right) = (&tokens[..at], &tokens[at + 1..]);
    let not = matches!(left, [TokenTree::Punct(sign), ..] if sign.as_char() == '!');
    left = &left[usize::from(not)..];
    let left: Expr = syn::parse2(left.iter().cloned().collect())?;
    let codes: syn::ExprArray = syn::parse2(right.iter().cloned().collect())?;
    let list = codes.elems.iter().map(shown).collect::<Vec<_>>().join(", ").replace('"', "");
    let text = format!("{} {} {list}", shown(&left), if not { "not in" } else { "in" });
    let sign = if not { quote!(!) } else { quote!() };
    let named = match &left {
        Expr::Path(path) => path.path.get_ident().and_then(field_type),
        _ => None,
    };
    let check = named.map(|ty| {
        let ty = lifetimes(quote!(#ty), "static");
        quote!(
            const _: () = assert!(
                ::wire::has_codes(<#ty as ::wire::Coded>::CODES, &#codes),
                "the condition names a code that the field does not have"
            );
        )
    });
    Ok(Condition { test: quote!(#sign ::wire::is_one_of(&#left, &#codes)), check, text })
}

/// The field's type, without the `Option` around it.
pub(crate) struct Shape {
    /// As borrowed from the message.
    pub(crate) borrowed: Tokens,
    /// As a definition that borrows from nothing.
    pub(crate) fixed: Tokens,
    pub(crate) optional: bool,
}

pub(crate) fn shape(field: &Field) -> Shape {
    let (ty, optional) = unwrapped(&field.ty);
    Shape {
        borrowed: lifetimes(quote!(#ty), "wire"),
        fixed: lifetimes(quote!(#ty), "static"),
        optional,
    }
}

fn unwrapped(ty: &Type) -> (&Type, bool) {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Option"
        && let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(syn::GenericArgument::Type(inner)) = arguments.args.first()
    {
        (inner, true)
    } else {
        (ty, false)
    }
}

/// The struct with its lifetimes named `name`: whatever it borrows, it borrows from the message.
pub(crate) fn with_lifetime(input: &DeriveInput, name: &str) -> Tokens {
    let ident = &input.ident;
    let lifetime = syn::Lifetime::new(&format!("'{name}"), proc_macro2::Span::call_site());
    let own: Vec<_> = input.generics.lifetimes().map(|_| &lifetime).collect();
    if own.is_empty() { quote!(#ident) } else { quote!(#ident<#(#own),*>) }
}

/// Every lifetime in `tokens` renamed.
pub(crate) fn lifetimes(tokens: Tokens, name: &str) -> Tokens {
    let mut after_quote = false;
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                TokenTree::Group(Delimited::new(group.delimiter(), lifetimes(group.stream(), name)))
            }
            TokenTree::Punct(punct) => {
                after_quote = punct.as_char() == '\'';
                TokenTree::Punct(punct)
            }
            TokenTree::Ident(ident) if after_quote => {
                after_quote = false;
                TokenTree::Ident(format_ident!("{}", name, span = ident.span()))
            }
            other => other,
        })
        .collect()
}
