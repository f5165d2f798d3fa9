//! Enough of JSON Schema for the document, and stricter: what a schema does not name must not be there.

use std::collections::BTreeSet;

use serde_json::Value;

/// An `OpenAPI` document.
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// Every method and path.
    pub(crate) fn operations(&self) -> BTreeSet<String> {
        let paths = self.0["paths"].as_object().expect("paths").iter();
        let all = paths.flat_map(|(path, item)| {
            item.as_object().expect("methods").keys().map(move |method| format!("{method} {path}"))
        });
        all.collect()
    }

    pub(crate) fn operation(&self, path: &str, method: &str) -> &Value {
        let operation = &self.0["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} is not in the document");
        operation
    }

    /// Holds an answer against what the document says of its status.
    pub(crate) fn check_answer(&self, operation: &Value, status: u16, body: &Value) {
        let responses = &operation["responses"];
        let range = format!("{}XX", status / 100);
        let exact = responses.get(status.to_string());
        let response = exact.or_else(|| responses.get(&range));
        let response = response.unwrap_or_else(|| panic!("{status} is not in the document"));
        match response.pointer("/content/application~1json/schema") {
            Some(schema) => self.check(schema, body, "body"),
            None => assert!(body.is_null(), "{status} has a body: {body}"),
        }
    }

    /// Holds a value against a schema.
    pub(crate) fn check(&self, schema: &Value, value: &Value, at: &str) {
        if let Err(why) = self.fits(schema, value, at) {
            panic!("{why}");
        }
    }

    fn fits(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        if let Some(name) = schema["$ref"].as_str() {
            let pointer = name.strip_prefix('#').ok_or_else(|| format!("{at}: {name}"))?;
            let schema = self.0.pointer(pointer).ok_or_else(|| format!("{at}: no {name}"))?;
            return self.fits(schema, value, at);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let fitting = choices.iter().filter(|it| self.fits(it, value, at).is_ok()).count();
            return if fitting == 1 { Ok(()) } else { Err(format!("{at}: {fitting} fit {value}")) };
        }
        if let Some(names) = schema["enum"].as_array()
            && !names.contains(value)
        {
            return Err(format!("{at}: {value} is none of {names:?}"));
        }
        let kinds = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            // Anything.
            _ => return Ok(()),
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !kinds.contains(&kind) {
            return Err(format!("{at}: {value} is no {kinds:?}"));
        }
        if let Some(items) = value.as_array() {
            return items.iter().try_for_each(|it| self.fits(&schema["items"], it, at));
        }
        let Some(members) = value.as_object() else { return Ok(()) };
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if !members.contains_key(name) {
                return Err(format!("{at}: no {name} in {value}"));
            }
        }
        members.iter().try_for_each(|(name, value)| {
            let at = format!("{at}.{name}");
            let known =
                schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
            let schema = known.ok_or_else(|| format!("{at} is not in the document"))?;
            self.fits(schema, value, &at)
        })
    }
}

#[test]
fn what_does_not_fit_is_found() {
    use serde_json::json;
    let document = Document(json!({ "components": { "schemas": { "Name": {
        "type": "object",
        "required": ["name"],
        "properties": { "name": { "type": ["string", "null"], "enum": ["a", "b", null] } },
    } } } }));
    let schema = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Name" } });
    for (value, fits) in [
        (json!([{ "name": "a" }, { "name": null }]), true),
        (json!([]), true),
        (json!({ "name": "a" }), false),
        (json!([{ "name": "c" }]), false),
        (json!([{}]), false),
        (json!([{ "name": "a", "more": 1 }]), false),
    ] {
        assert_eq!(document.fits(&schema, &value, "value").is_ok(), fits, "{value}");
    }
}
