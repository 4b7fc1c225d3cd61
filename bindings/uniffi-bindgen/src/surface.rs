//! What no exported function may be: the rules that keep a phone from crashing on its border.
//!
//! Invariant: these rules, each with its reason:
//!
//! * At most five arguments: beyond the eight registers of arm64, JNA's direct calls corrupt what is passed by value, and
//!   handle and status take places too. More go into a record.
//! * Every function is fallible: in Swift a panic in one that is not ends the process.
//! * Times and spans are signed whole milliseconds: Kotlin's durations refuse negative ones, Swift's dates are floating.
//! * No method of a foreign trait is asynchronous: what is generated for those does not compile in Swift 6.

use uniffi_meta::{FieldMetadata, FnParamMetadata, Metadata, Type};

/// The most arguments of a function.
const ARGUMENTS_MAX: usize = 5;

/// A function, as the rules look at it.
struct Function<'a> {
    name: String,
    inputs: &'a [FnParamMetadata],
    returns: Option<&'a Type>,
    is_fallible: bool,
    /// Whether the host implements it, and it is asynchronous.
    is_async_foreign: bool,
}

/// What breaks a rule, in words.
pub(crate) fn faults(found: &[Metadata]) -> Vec<String> {
    let mut faults: Vec<String> = found.iter().filter_map(function).flat_map(|one| one.faults()).collect();
    for item in found {
        match item {
            Metadata::Record(record) => faults.extend(fields(&record.name, &record.fields)),
            Metadata::Enum(one) => {
                let variants = one.variants.iter();
                faults.extend(variants.flat_map(|v| fields(&format!("{}.{}", one.name, v.name), &v.fields)));
            }
            _ => {}
        }
    }
    faults
}

fn function(item: &Metadata) -> Option<Function<'_>> {
    Some(match item {
        Metadata::Func(it) => Function {
            name: it.name.clone(),
            inputs: &it.inputs,
            returns: it.return_type.as_ref(),
            is_fallible: it.throws.is_some(),
            is_async_foreign: false,
        },
        Metadata::Constructor(it) => Function {
            name: format!("{}.{}", it.self_name, it.name),
            inputs: &it.inputs,
            returns: None,
            is_fallible: it.throws.is_some(),
            is_async_foreign: false,
        },
        Metadata::Method(it) => Function {
            name: format!("{}.{}", it.self_name, it.name),
            inputs: &it.inputs,
            returns: it.return_type.as_ref(),
            is_fallible: it.throws.is_some(),
            is_async_foreign: false,
        },
        Metadata::TraitMethod(it) => Function {
            name: format!("{}.{}", it.trait_name, it.name),
            inputs: &it.inputs,
            returns: it.return_type.as_ref(),
            is_fallible: it.throws.is_some(),
            is_async_foreign: it.is_async,
        },
        _ => return None,
    })
}

impl Function<'_> {
    fn faults(&self) -> Vec<String> {
        let name = &self.name;
        let mut faults = Vec::new();
        if self.inputs.len() > ARGUMENTS_MAX {
            let count = self.inputs.len();
            faults.push(format!("{name} takes {count} arguments; at most {ARGUMENTS_MAX}, then a record"));
        }
        if !self.is_fallible {
            faults.push(format!("{name} is not fallible; let it return a Result"));
        }
        if self.is_async_foreign {
            faults.push(format!("{name} is asynchronous, and the host implements it; let it be synchronous"));
        }
        faults.extend(self.inputs.iter().filter_map(|input| time(name, &input.name, &input.ty)));
        faults.extend(self.returns.and_then(|ty| time(name, name, ty)));
        faults
    }
}

fn fields(name: &str, fields: &[FieldMetadata]) -> Vec<String> {
    fields.iter().filter_map(|field| time(name, &field.name, &field.ty)).collect()
}

/// What is wrong with the type of something that may be a time.
fn time(of: &str, name: &str, ty: &Type) -> Option<String> {
    let ty = match ty {
        Type::Optional { inner_type } | Type::Sequence { inner_type } | Type::Box { inner_type } => {
            return time(of, name, inner_type);
        }
        ty => ty,
    };
    let is_named_so = ["_ms", "_s", "_time", "_seconds", "_millis"].iter().any(|end| name.ends_with(end));
    let is_wrong = match ty {
        Type::Timestamp | Type::Duration | Type::Float32 | Type::Float64 | Type::UInt64 => true,
        Type::Int64 => false,
        Type::UInt8 | Type::Int8 | Type::UInt16 | Type::Int16 | Type::UInt32 | Type::Int32 => is_named_so,
        _ => false,
    };
    is_wrong
        .then(|| format!("{of}: {name} is {ty:?}; times are signed milliseconds (i64), counts u32 or i64"))
}

#[cfg(test)]
mod tests {
    use uniffi_meta::{FnMetadata, ObjectImpl, RecordMetadata, TraitMethodMetadata};

    use super::*;

    fn error() -> Option<Type> {
        Some(Type::Enum { module_path: "bad".to_owned(), name: "Error".to_owned() })
    }

    fn bad(arguments: &[(&str, Type)], returns: Option<Type>, throws: Option<Type>) -> Metadata {
        Metadata::Func(FnMetadata {
            module_path: "bad".to_owned(),
            name: "bad".to_owned(),
            orig_name: None,
            is_async: true,
            inputs: arguments.iter().map(|(name, ty)| FnParamMetadata::simple(name, ty.clone())).collect(),
            return_type: returns,
            throws,
            checksum: None,
            docstring: None,
        })
    }

    fn foreign(is_async: bool) -> Metadata {
        Metadata::TraitMethod(TraitMethodMetadata {
            module_path: "bad".to_owned(),
            trait_name: "Ear".to_owned(),
            index: 0,
            name: "hear".to_owned(),
            orig_name: None,
            is_async,
            inputs: Vec::new(),
            return_type: None,
            throws: error(),
            takes_self_by_arc: false,
            checksum: None,
            docstring: None,
        })
    }

    /// Whether the rules say something with these words, or nothing.
    fn check(item: Metadata, expected: &str) {
        let found = faults(&[item]).join("\n");
        assert!(if expected.is_empty() { found.is_empty() } else { found.contains(expected) }, "{found}");
    }

    #[test]
    fn each_rule_finds_what_breaks_it() {
        let args = |count: usize| vec![("text", Type::String); count];
        check(bad(&args(5), None, error()), "");
        check(bad(&args(6), None, error()), "takes 6 arguments");
        check(bad(&[], None, None), "not fallible");
        check(foreign(false), "");
        check(foreign(true), "asynchronous");
        for ty in [Type::Timestamp, Type::Duration, Type::Float64, Type::Float32, Type::UInt64, Type::UInt32]
        {
            check(bad(&[("time_ms", ty.clone())], None, error()), "signed milliseconds");
            let wrapped = Type::Optional { inner_type: Box::new(ty.clone()) };
            check(bad(&[("time_ms", wrapped)], None, error()), "signed milliseconds");
            let field = FieldMetadata {
                name: "since_ms".to_owned(),
                orig_name: None,
                ty,
                default: None,
                docstring: None,
            };
            let record = RecordMetadata {
                module_path: "bad".to_owned(),
                name: "Bad".to_owned(),
                orig_name: None,
                remote: false,
                fields: vec![field],
                docstring: None,
            };
            check(Metadata::Record(record), "signed milliseconds");
        }
        check(bad(&[("count", Type::UInt32), ("time_ms", Type::Int64)], Some(Type::Int64), error()), "");
        check(bad(&[], Some(Type::Duration), error()), "signed milliseconds");
        let object =
            Type::Object { module_path: "bad".to_owned(), name: "Ear".to_owned(), imp: ObjectImpl::Struct };
        check(bad(&[("ear", object)], None, error()), "");
    }
}
