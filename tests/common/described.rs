//! Holds an answer of the interface against the description of the interface.

use serde_json::Value;

/// The operation that an example belongs to.
pub struct Example<'a> {
    pub id: &'a str,
    /// The address that is asked.
    pub address: &'a str,
    operation: &'a Value,
    document: &'a Value,
}

/// Every operation that has an example.
pub fn examples(document: &Value) -> Vec<Example<'_>> {
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.map(|item| &item["get"]);
    operations
        .filter_map(|operation| {
            Some(Example {
                id: operation["operationId"].as_str()?,
                address: operation["x-example"].as_str()?,
                operation,
                document,
            })
        })
        .collect()
}

impl Example<'_> {
    /// The answer has a described media type, and an answer in JSON just the described members.
    pub fn check(&self, media: &str, body: &[u8]) {
        let id = self.id;
        let media = media.split(';').next().unwrap();
        let contents = &self.operation["responses"]["200"]["content"];
        // What departments upload is of any type.
        let content = match &contents["*/*"] {
            Value::Null => &contents[media],
            any => any,
        };
        assert!(
            content.is_object(),
            "{id} answers {media}: {}",
            self.operation
        );
        if media != "application/json" {
            assert!(!body.is_empty(), "{id}");
            return;
        }
        let answer: Value = serde_json::from_slice(body).unwrap();
        self.fits(&content["schema"], &answer, "");
    }

    fn resolve(&self, schema: &Value) -> Value {
        match schema["$ref"].as_str() {
            Some(to) => self.document.pointer(&to[1..]).unwrap().clone(),
            None => schema.clone(),
        }
    }

    /// Whether a value is what its schema says, all the way down; `place` names it.
    fn fits(&self, schema: &Value, value: &Value, place: &str) {
        let id = self.id;
        let schema = self.resolve(schema);
        let types = match &schema["type"] {
            Value::Array(types) => types.clone(),
            Value::Null => return,
            one => vec![one.clone()],
        };
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        // A number may happen to be whole.
        let whole = found == "integer" && types.contains(&"number".into());
        assert!(
            whole || types.contains(&found.into()),
            "{id}: {place} is {found}, not {types:?}"
        );
        for one in value.as_array().into_iter().flatten() {
            self.fits(&schema["items"], one, &format!("{place}[]"));
        }
        let (Some(members), Some(properties)) =
            (value.as_object(), schema["properties"].as_object())
        else {
            return;
        };
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            assert!(members.contains_key(name), "{id}: {place} lacks {name}");
        }
        for (name, value) in members {
            let place = format!("{place}.{name}");
            let Some(property) = properties.get(name) else {
                panic!("{id}: {place} is not described");
            };
            self.fits(property, value, &place);
        }
    }
}
