//! `HostCommand`: the request of a command, and its row in the registry.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, DeriveInput, LitStr, Result};

use crate::{
    attributes::{doc, error, find, option, two, with_lifetime},
    gates::{Gates, errors, gates},
    message::group,
    rows::rows,
};

/// `#[derive(HostCommand)]`.
pub(crate) fn host_command(input: &DeriveInput) -> Result<Tokens> {
    let wire = group(input)?;
    let (name, doc) = (&input.ident, doc(&input.attrs));
    let attribute = find(&input.attrs, "host_command")
        .ok_or_else(|| error(name, "give the command a #[host_command(..)]"))?;
    let Properties { code, reply, print, evidence, licence, slow, changes, verifies_pin } =
        properties(attribute)?;
    let prints = print.is_some();
    let print = option(print);
    let mut errors = errors(input)?;
    if prints {
        errors.extend([quote!(crate::error::NO_PRINTER), quote!(crate::error::NO_PRINT_FORMAT)]);
    }
    let Gates { settings, shown_settings, activities, shown_activities } = gates(input)?;
    let names = rows(input)?.names;
    // A request that has the LMK identifier among its fields keeps it from the envelope.
    let own_lmk = names.iter().any(|name| name == "lmk");
    let lmk = if own_lmk { quote!(Some(self.lmk)) } else { quote!(None) };
    let (request, fixed) = (with_lifetime(input, "wire"), with_lifetime(input, "static"));
    let any = with_lifetime(input, "_");
    let burden = match (changes, slow) {
        (true, _) => quote!(Disk),
        (false, true) => quote!(Processor),
        (false, false) => quote!(Light),
    };
    let marker = changes.then(|| quote!(impl crate::Changes for #any {}));
    let reply_of = quote!(<#fixed as crate::Execute<'static>>::Reply);
    Ok(quote! {
        #wire
        #marker

        impl<'wire> crate::Command<'wire> for #request {
            const ENTRY: &'static crate::Entry = &crate::Entry {
                spec: ::wire::CommandSpec {
                    code: #code,
                    reply_code: #reply,
                    print_code: #print,
                    doc: #doc,
                    evidence: #evidence,
                    licence: #licence,
                    burden: ::wire::Burden::#burden,
                    verifies_pin: #verifies_pin,
                    own_lmk: #own_lmk,
                    settings: &[#(#shown_settings),*],
                    activities: &[#(#shown_activities),*],
                    request: ::wire::fields(<#fixed as ::wire::Wire<'static>>::GRAMMAR),
                    reply: ::wire::fields(<#reply_of as ::wire::Wire<'static>>::GRAMMAR),
                    carried: <#reply_of as ::wire::Answer<'static, #fixed>>::CARRIED,
                    errors: &[#(#errors),*],
                },
                run: |fields, session, out| crate::run::<#any>(fields, session, out),
                trace: |fields, scope, seen| crate::trace::<#any>(fields, scope, seen),
                trace_reply: |fields, reply, code, scope, seen| {
                    crate::trace_reply::<#any>(fields, reply, code, scope, seen)
                },
                again: |fields, scope| crate::again::<#any>(fields, scope),
                again_reply: |fields, reply, code, scope| {
                    crate::again_reply::<#any>(fields, reply, code, scope)
                },
            };

            fn lmk(&self) -> Option<Option<crate::fields::LmkId>> {
                #lmk
            }

            #[allow(unused_variables)]
            fn permitted(
                &self,
                settings: &crate::Settings,
                gate: &mut dyn FnMut(
                    crate::Category,
                    &dyn crate::Activity,
                ) -> ::core::result::Result<(), ::wire::ErrorCode>,
            ) -> ::core::result::Result<(), ::wire::ErrorCode> {
                let Self { #(#names,)* .. } = *self;
                #(#settings)*
                #(#activities)*
                Ok(())
            }
        }
    })
}

/// What `#[host_command(..)]` says.
struct Properties {
    code: Tokens,
    reply: Tokens,
    print: Option<Tokens>,
    evidence: Tokens,
    licence: Tokens,
    slow: bool,
    changes: bool,
    verifies_pin: bool,
}

fn properties(attribute: &Attribute) -> Result<Properties> {
    let (mut code, mut reply, mut print) = (None, None, None);
    let (mut evidence, mut licence) = (None, quote!("base"));
    let (mut slow, mut changes, mut verifies_pin) = (false, false, false);
    attribute.parse_nested_meta(|meta| {
        let key = meta.path.require_ident()?.to_string();
        match key.as_str() {
            "slow" => slow = true,
            "changes" => changes = true,
            "verifies_pin" => verifies_pin = true,
            "code" => code = Some(two(&meta.value()?.parse()?)?),
            "reply" => reply = Some(two(&meta.value()?.parse()?)?),
            "print" => print = Some(two(&meta.value()?.parse()?)?),
            "licence" => {
                let value: LitStr = meta.value()?.parse()?;
                licence = quote!(#value);
            }
            "evidence" => {
                let value: LitStr = meta.value()?.parse()?;
                evidence = Some(match value.value().as_str() {
                    "device" => quote!(::wire::Evidence::Device),
                    "manual" => quote!(::wire::Evidence::Manual),
                    "simulator" => quote!(::wire::Evidence::Simulator),
                    "inferred" => quote!(::wire::Evidence::Inferred),
                    _ => return Err(error(&value, "device, manual, simulator or inferred")),
                });
            }
            _ => return Err(meta.error("unknown property")),
        }
        Ok(())
    })?;
    let (Some(code), Some(reply), Some(evidence)) = (code, reply, evidence) else {
        return Err(error(attribute, "code, reply and evidence are needed"));
    };
    if (slow || changes) && print.is_some() {
        return Err(error(attribute, "a command that leaves its thread has one reply"));
    }
    Ok(Properties { code, reply, print, evidence, licence, slow, changes, verifies_pin })
}
