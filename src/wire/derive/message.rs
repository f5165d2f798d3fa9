//! `Group` and `Reply`: structs that stand in a message.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{DeriveInput, Lit, Result, Token, Type, punctuated::Punctuated};

use crate::{
    attributes::{error, error_code, find, lifetimes, with_lifetime},
    rows::{Rows, fields, rows},
};

/// `#[derive(Group)]`, and the message part of `#[derive(HostCommand)]`.
pub(crate) fn group(input: &DeriveInput) -> Result<Tokens> {
    let rows = rows(input)?;
    let (given, bind) = match find(&input.attrs, "given") {
        Some(attribute) => {
            let syn::FnArg::Typed(argument) = attribute.parse_args::<syn::FnArg>()? else {
                return Err(error(attribute, "expected #[given(name: Type)]"));
            };
            let (name, ty) = (&argument.pat, &argument.ty);
            (lifetimes(quote!(#ty), "wire"), quote!(let #name = given;))
        }
        None => (quote!(()), quote!(let () = given;)),
    };
    Ok(wire(input, &given, &bind, &rows, None))
}

/// `#[derive(Reply)]`.
pub(crate) fn reply(input: &DeriveInput) -> Result<Tokens> {
    let rows = rows(input)?;
    let attribute = find(&input.attrs, "reply_to")
        .ok_or_else(|| error(&input.ident, "give the reply a #[reply_to(Request)]"))?;
    let request = attribute.parse_args::<Type>()?;
    let request = lifetimes(quote!(#request), "wire");
    let given = quote!((#request, ::wire::ErrorCode));
    let bind = quote!(let (request, code) = given; let _ = (&request, code););
    let status = fields(input)?
        .iter()
        .find_map(|field| Some((field.ident.as_ref()?, find(&field.attrs, "code")?)));
    let (carried, get) = match status {
        Some((name, attribute)) => {
            let codes =
                attribute.parse_args_with(Punctuated::<Lit, Token![,]>::parse_terminated)?;
            let codes = codes.iter().map(error_code).collect::<Result<Vec<_>>>()?;
            (quote!(#(#codes),*), quote!(self.#name))
        }
        None => (quote!(::wire::ErrorCode::NONE), quote!(::wire::ErrorCode::NONE)),
    };
    let wire = wire(input, &given, &bind, &rows, status.map(|(name, _)| name));
    let this = with_lifetime(input, "wire");
    Ok(quote! {
        #wire

        impl<'wire> ::wire::Answer<'wire, #request> for #this {
            const CARRIED: &'static [::wire::ErrorCode] = &[#carried];

            fn code(&self) -> ::wire::ErrorCode {
                #get
            }
        }
    })
}

/// `impl Wire`: `bind` names what is given, `coded` is the field that takes the error code.
fn wire(
    input: &DeriveInput,
    given: &Tokens,
    bind: &Tokens,
    rows: &Rows,
    coded: Option<&syn::Ident>,
) -> Tokens {
    let this = with_lifetime(input, "wire");
    let Rows { specs, reads, writes, keys, names, checks } = rows;
    let coded = coded.map(|name| quote!(#name: code,));
    quote! {
        const _: () = {
            const SPECS: &[::wire::FieldSpec] = &[#(#specs),*];
            #(#checks)*

            impl<'wire> ::wire::Wire<'wire> for #this {
                type Given = #given;
                const GRAMMAR: ::wire::Grammar = ::wire::Grammar::Group(SPECS);

                #[allow(clippy::let_unit_value)]
                fn read<O: ::wire::Observer>(
                    cursor: &mut ::wire::Cursor<'wire, '_, O>,
                    given: Self::Given,
                ) -> ::core::result::Result<Self, ::wire::Fault> {
                    #bind
                    let scope = cursor.scope;
                    let _ = scope;
                    #(#reads)*
                    Ok(Self { #coded #(#names),* })
                }

                fn write(&self, out: &mut ::bytes::BytesMut) {
                    #(#writes)*
                    let _ = out;
                }

                fn keys(&self, see: &mut dyn FnMut(&'wire [u8])) {
                    #(#keys)*
                    let _ = see;
                }
            }
        };
    }
}
