//! `Code`: an enum of the codes that a field may hold.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Data, DeriveInput, Fields, LitStr, Result};

use crate::attributes::{doc, error, find, shape, with_lifetime};

/// `#[derive(Code)]`.
pub(crate) fn code(input: &DeriveInput) -> Result<Tokens> {
    let Data::Enum(data) = &input.data else {
        return Err(error(&input.ident, "a code is an enum"));
    };
    let (mut specs, mut reads, mut writes, mut patterns) = (vec![], vec![], vec![], vec![]);
    let mut keys = Vec::new();
    let mut codes = Vec::<LitStr>::new();
    for variant in &data.variants {
        let attribute = find(&variant.attrs, "code")
            .ok_or_else(|| error(variant, "give the variant a #[code(\"..\")]"))?;
        let code = attribute.parse_args::<LitStr>()?;
        if let Some(other) = codes.iter().map(LitStr::value).find(|o| code.value().starts_with(o)) {
            return Err(error(&code, &format!("begins like the code {other}, which would win")));
        }
        let (doc, name) = (doc(&variant.attrs), &variant.ident);
        let put = quote!(out.extend_from_slice(#code.as_bytes()));
        let then = match &variant.fields {
            Fields::Unit => {
                reads.push(quote!(if cursor.eat(#code.as_bytes()) { return Ok(Self::#name); }));
                writes.push(quote!(Self::#name => #put));
                patterns.push(quote!(Self::#name));
                keys.push(quote!(Self::#name => {}));
                quote!(None)
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let fixed = shape(&fields.unnamed[0]).fixed;
                reads.push(quote!(if cursor.eat(#code.as_bytes()) {
                    return ::wire::Wire::read(cursor, ()).map(Self::#name);
                }));
                writes
                    .push(quote!(Self::#name(value) => { #put; ::wire::Wire::write(value, out); }));
                patterns.push(quote!(Self::#name(_)));
                keys.push(quote!(Self::#name(value) => ::wire::Wire::keys(value, see)));
                quote!(Some(<#fixed as ::wire::Wire<'static>>::GRAMMAR))
            }
            _ => return Err(error(variant, "a code has at most one group behind it")),
        };
        specs.push(quote!(::wire::Variant { code: #code, doc: #doc, then: #then }));
        codes.push(code);
    }
    let this = with_lifetime(input, "wire");
    Ok(quote! {
        impl<'wire> ::wire::Coded for #this {
            const CODES: &'static [&'static str] = &[#(#codes),*];

            fn code(&self) -> &'static str {
                match self { #(#patterns => #codes),* }
            }
        }

        impl<'wire> ::wire::Wire<'wire> for #this {
            type Given = ();
            const GRAMMAR: ::wire::Grammar = ::wire::Grammar::Choice(&[#(#specs),*]);

            fn read<O: ::wire::Observer>(
                cursor: &mut ::wire::Cursor<'wire, '_, O>,
                (): (),
            ) -> ::core::result::Result<Self, ::wire::Fault> {
                #(#reads)*
                Err(::wire::not_a_code(<Self as ::wire::Coded>::CODES, cursor.rest()))
            }

            fn write(&self, out: &mut ::bytes::BytesMut) {
                match self { #(#writes),* }
            }

            fn keys(&self, see: &mut dyn FnMut(&'wire [u8])) {
                match self { #(#keys),* }
                let _ = see;
            }
        }
    })
}
