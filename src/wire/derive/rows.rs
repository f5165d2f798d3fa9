//! The fields of a message: what they look like, how they are read, how they are written.

use proc_macro2::{Ident, TokenStream as Tokens};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Expr, Field, Lit, LitChar, LitStr, Result, Type};

use crate::attributes::{Condition, condition, doc, error, error_code, find, option, shape};

/// The parts of a struct definition that the derives have in common.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) specs: Vec<Tokens>,
    pub(crate) reads: Vec<Tokens>,
    pub(crate) writes: Vec<Tokens>,
    pub(crate) keys: Vec<Tokens>,
    pub(crate) names: Vec<Ident>,
    pub(crate) checks: Vec<Tokens>,
}

/// Rows of all fields but the one that carries the error code of a reply.
pub(crate) fn rows(input: &DeriveInput) -> Result<Rows> {
    let fields = fields(input)?;
    let type_of = |name: &Ident| {
        fields.iter().find(|field| field.ident.as_ref() == Some(name)).map(|field| field.ty.clone())
    };
    let mut rows = Rows::default();
    for field in fields.iter().filter(|field| find(&field.attrs, "code").is_none()) {
        row(field, &type_of, &mut rows)?;
    }
    Ok(rows)
}

/// The fields of the struct.
pub(crate) fn fields(input: &DeriveInput) -> Result<&syn::Fields> {
    match &input.data {
        Data::Struct(data) => Ok(&data.fields),
        _ => Err(error(&input.ident, "a message is a struct")),
    }
}

fn row(field: &Field, type_of: &dyn Fn(&Ident) -> Option<Type>, rows: &mut Rows) -> Result<()> {
    let name = field.ident.clone().ok_or_else(|| error(field, "message fields are named"))?;
    let index = rows.names.len();
    let (doc, label) = (doc(&field.attrs), name.to_string());
    let shape = shape(field);
    let (ty, fixed) = (&shape.borrowed, &shape.fixed);
    let attribute = |wanted: &str| find(&field.attrs, wanted);
    let when = attribute("when").map(|when| condition(when, type_of)).transpose()?;
    let after = attribute("after").map(Attribute::parse_args::<LitStr>).transpose()?;
    let maybe = attribute("maybe").is_some();
    if shape.optional != (when.is_some() || after.is_some() || maybe) {
        return Err(error(field, "`Option` and #[when], #[after] or #[maybe] go together"));
    }
    if after.is_some() && maybe {
        return Err(error(field, "#[after] makes a field optional already"));
    }
    let given = given(field)?;
    let ends = attribute("ends").map(Attribute::parse_args::<LitChar>).transpose()?;
    let fault = attribute("error").map(Attribute::parse_args::<Lit>).transpose()?;
    let fault = option(fault.map(|literal| error_code(&literal)).transpose()?);

    let spec = quote!(SPECS[#index]);
    let read = match (&after, maybe) {
        (Some(_), _) => quote!(cursor.after::<#ty>(&#spec, #given)?),
        (None, true) => quote!(cursor.maybe::<#ty>(&#spec, #given)),
        (None, false) if shape.optional => quote!(Some(cursor.field::<#ty>(&#spec, #given)?)),
        (None, false) => quote!(cursor.field::<#ty>(&#spec, #given)?),
    };
    rows.reads.push(if let Some(Condition { test, .. }) = &when {
        quote!(let #name = if #test { #read } else { None };)
    } else {
        quote!(let #name = #read;)
    });
    rows.writes.push(write(&name, shape.optional, after.as_ref(), ends.as_ref()));
    rows.keys.push(if shape.optional {
        quote!(if let Some(value) = &self.#name { ::wire::Wire::keys(value, see); })
    } else {
        quote!(::wire::Wire::keys(&self.#name, see);)
    });
    let (when, check) = when.map_or((None, None), |when| (Some(when.text), when.check));
    rows.checks.extend(check);
    let when = option(when);
    let ends = option(ends.map(|end| quote!(#end as u8)));
    let after = option(after);
    rows.specs.push(quote!(::wire::FieldSpec {
        name: #label,
        doc: #doc,
        grammar: <#fixed as ::wire::Wire<'static>>::GRAMMAR,
        when: #when,
        after: #after,
        maybe: #maybe,
        ends: #ends,
        error: #fault,
    }));
    rows.names.push(name);
    Ok(())
}

/// What the field's type needs to be read.
fn given(field: &Field) -> Result<Tokens> {
    let expression =
        |name: &str| find(&field.attrs, name).map(Attribute::parse_args::<Expr>).transpose();
    Ok(match (expression("repeat")?, expression("with")?) {
        (Some(count), None) => quote!((usize::from(#count), ())),
        (Some(count), Some(with)) => quote!((usize::from(#count), #with)),
        (None, Some(with)) => quote!(#with),
        (None, None) => quote!(()),
    })
}

fn write(name: &Ident, optional: bool, after: Option<&LitStr>, ends: Option<&LitChar>) -> Tokens {
    let introduce = after.into_iter();
    let close = ends.into_iter();
    let write = quote! {
        #(out.extend_from_slice(#introduce.as_bytes());)*
        ::wire::Wire::write(value, out);
        #(::bytes::BufMut::put_u8(out, #close as u8);)*
    };
    if optional {
        quote!(if let Some(value) = &self.#name { #write })
    } else {
        quote!({ let value = &self.#name; #write })
    }
}
