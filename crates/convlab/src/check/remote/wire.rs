//! Values as JSON: what comes from a learner's process is checked before libtorch sees it.

use crate::datasets::Split;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use tch::{Device, Kind, Tensor};

/// The kinds whose numbers travel.
const KINDS: [Kind; 10] = [
    Kind::Uint8,
    Kind::Int8,
    Kind::Int16,
    Kind::Int,
    Kind::Int64,
    Kind::Half,
    Kind::Float,
    Kind::Double,
    Kind::Bool,
    Kind::BFloat16,
];

/// The most numbers of one tensor.
const MAX_NUMBERS: i64 = 16 << 20;

/// What can be sent.
pub trait Pack {
    fn pack(&self) -> Value;
}

/// What can be received; an error says what came instead.
pub trait Unpack: Sized {
    fn unpack(value: &Value) -> Result<Self, String>;
}

/// What a learner's function may take: it travels as an owned value.
pub trait Param<'a> {
    type Owned: Unpack + 'a;
    fn lend(owned: &'a Self::Owned) -> Self;
}

pub fn unfit<T>(wanted: &str) -> Result<T, String> {
    Err(format!("the learner's process sent no {wanted}"))
}

impl Pack for Tensor {
    /// # Panics
    /// If the tensor's numbers cannot be read or are too many: the learner's own code is told.
    fn pack(&self) -> Value {
        if !self.defined() {
            return Value::Null;
        }
        let kind = self.kind();
        assert!(KINDS.contains(&kind), "a tensor of kind {kind:?} cannot be judged: return numbers");
        let count = self.size().iter().product::<i64>();
        assert!(count <= MAX_NUMBERS, "a tensor of {count} numbers is too large to be judged");
        let plain = self.detach().to_device(Device::Cpu).contiguous();
        let mut bytes = vec![0; count as usize * kind.elt_size_in_bytes()];
        plain.copy_data_u8(&mut bytes, count as usize);
        let mut packed =
            json!({"kind": format!("{kind:?}"), "shape": self.size(), "bytes": BASE64.encode(bytes)});
        if self.requires_grad() {
            packed["requires_grad"] = true.into();
        }
        packed
    }
}

impl Unpack for Tensor {
    fn unpack(value: &Value) -> Result<Self, String> {
        if value.is_null() {
            return Ok(Tensor::new());
        }
        let kind = KINDS.into_iter().find(|kind| value["kind"] == format!("{kind:?}"));
        let shape = Vec::<i64>::unpack(&value["shape"])?;
        // Of an empty tensor, too, libtorch works out how far its rows lie apart.
        let room = shape.iter().try_fold(1i64, |room, &size| {
            room.checked_mul(size.max(1)).filter(|room| size >= 0 && *room <= MAX_NUMBERS)
        });
        let count = room.map(|room| if shape.contains(&0) { 0 } else { room });
        let bytes = value["bytes"].as_str().and_then(|text| BASE64.decode(text).ok());
        let (Some(kind), Some(count), Some(bytes)) = (kind, count, bytes) else { return unfit("tensor") };
        if shape.len() > 64 || bytes.len() != count as usize * kind.elt_size_in_bytes() {
            return unfit("tensor whose bytes fit its shape");
        }
        // Of a truth value libtorch takes no other byte than 0 and 1.
        let tensor = match kind {
            Kind::Bool => Tensor::from_data_size(&bytes, &shape, Kind::Uint8).ne(0),
            kind => Tensor::from_data_size(&bytes, &shape, kind),
        };
        let is_tracked = value["requires_grad"] == true
            && matches!(kind, Kind::Half | Kind::Float | Kind::Double | Kind::BFloat16);
        Ok(if is_tracked { tensor.set_requires_grad(true) } else { tensor })
    }
}

impl<'a, T: Unpack + Copy + 'a> Param<'a> for T {
    type Owned = T;
    fn lend(owned: &'a T) -> Self {
        *owned
    }
}

impl<'a> Param<'a> for &'a Tensor {
    type Owned = Tensor;
    fn lend(owned: &'a Tensor) -> Self {
        owned
    }
}

impl Pack for i64 {
    fn pack(&self) -> Value {
        json!(self)
    }
}

impl Unpack for i64 {
    fn unpack(value: &Value) -> Result<Self, String> {
        value.as_i64().map_or_else(|| unfit("whole number"), Ok)
    }
}

/// As its bits: JSON has no infinity and no NaN.
impl Pack for f64 {
    fn pack(&self) -> Value {
        json!(self.to_bits())
    }
}

impl Unpack for f64 {
    fn unpack(value: &Value) -> Result<Self, String> {
        value.as_u64().map_or_else(|| unfit("number"), |bits| Ok(f64::from_bits(bits)))
    }
}

/// As its bits, like the larger ones.
impl Pack for f32 {
    fn pack(&self) -> Value {
        json!(self.to_bits())
    }
}

impl Unpack for f32 {
    fn unpack(value: &Value) -> Result<Self, String> {
        let bits = value.as_u64().and_then(|bits| u32::try_from(bits).ok());
        bits.map_or_else(|| unfit("number"), |bits| Ok(f32::from_bits(bits)))
    }
}

impl Pack for usize {
    fn pack(&self) -> Value {
        json!(self)
    }
}

impl Unpack for usize {
    fn unpack(value: &Value) -> Result<Self, String> {
        value.as_u64().and_then(|n| usize::try_from(n).ok()).map_or_else(|| unfit("count"), Ok)
    }
}

impl Pack for bool {
    fn pack(&self) -> Value {
        json!(self)
    }
}

impl Unpack for bool {
    fn unpack(value: &Value) -> Result<Self, String> {
        value.as_bool().map_or_else(|| unfit("truth value"), Ok)
    }
}

impl Pack for str {
    fn pack(&self) -> Value {
        json!(self)
    }
}

impl Pack for String {
    fn pack(&self) -> Value {
        json!(self)
    }
}

impl Unpack for String {
    fn unpack(value: &Value) -> Result<Self, String> {
        value.as_str().map_or_else(|| unfit("text"), |text| Ok(text.to_owned()))
    }
}

impl Pack for char {
    fn pack(&self) -> Value {
        json!(self)
    }
}

impl Unpack for char {
    fn unpack(value: &Value) -> Result<Self, String> {
        let text = String::unpack(value)?;
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => Ok(one),
            _ => unfit("single character"),
        }
    }
}

impl<T: Pack> Pack for [T] {
    fn pack(&self) -> Value {
        self.iter().map(Pack::pack).collect()
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self) -> Value {
        self.as_slice().pack()
    }
}

impl<T: Unpack> Unpack for Vec<T> {
    fn unpack(value: &Value) -> Result<Self, String> {
        let Some(values) = value.as_array() else { return unfit("list") };
        values.iter().map(T::unpack).collect()
    }
}

impl<T: Pack, const N: usize> Pack for [T; N] {
    fn pack(&self) -> Value {
        self.as_slice().pack()
    }
}

impl<T: Unpack, const N: usize> Unpack for [T; N] {
    fn unpack(value: &Value) -> Result<Self, String> {
        Vec::unpack(value)?.try_into().or_else(|_| unfit("list of the right length"))
    }
}

impl<'a, T: Unpack + 'a> Param<'a> for &'a [T] {
    type Owned = Vec<T>;
    fn lend(owned: &'a Vec<T>) -> Self {
        owned
    }
}

impl<'a, T: Unpack + 'a, const N: usize> Param<'a> for &'a [T; N] {
    type Owned = [T; N];
    fn lend(owned: &'a [T; N]) -> Self {
        owned
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self) -> Value {
        json!([self.0.pack(), self.1.pack()])
    }
}

impl<A: Unpack, B: Unpack> Unpack for (A, B) {
    fn unpack(value: &Value) -> Result<Self, String> {
        match value.as_array().map(Vec::as_slice) {
            Some([a, b]) => Ok((A::unpack(a)?, B::unpack(b)?)),
            _ => unfit("pair"),
        }
    }
}

impl<T: Pack> Pack for Result<T, String> {
    fn pack(&self) -> Value {
        match self {
            Ok(value) => json!({"ok": value.pack()}),
            Err(error) => json!({"error": error}),
        }
    }
}

impl<T: Unpack> Unpack for Result<T, String> {
    fn unpack(value: &Value) -> Result<Self, String> {
        match (value.get("ok"), value.get("error")) {
            (Some(value), None) => Ok(Ok(T::unpack(value)?)),
            (None, Some(error)) => Ok(Err(String::unpack(error)?)),
            _ => unfit("result"),
        }
    }
}

impl Pack for HashMap<String, Tensor> {
    fn pack(&self) -> Value {
        self.iter().map(|(name, tensor)| (name.clone(), tensor.pack())).collect::<Map<_, _>>().into()
    }
}

impl Unpack for HashMap<String, Tensor> {
    fn unpack(value: &Value) -> Result<Self, String> {
        let Some(named) = value.as_object() else { return unfit("weights by name") };
        named.iter().map(|(name, tensor)| Ok((name.clone(), Tensor::unpack(tensor)?))).collect()
    }
}

impl<'a> Param<'a> for &'a HashMap<String, Tensor> {
    type Owned = HashMap<String, Tensor>;
    fn lend(owned: &'a Self::Owned) -> Self {
        owned
    }
}

impl Pack for Split {
    fn pack(&self) -> Value {
        json!([self.images.pack(), self.labels.pack()])
    }
}

impl Unpack for Split {
    fn unpack(value: &Value) -> Result<Self, String> {
        let (images, labels) = Unpack::unpack(value)?;
        Split::new(images, labels).map_err(|error| error.to_string())
    }
}

impl<'a> Param<'a> for &'a Split {
    type Owned = Split;
    fn lend(owned: &'a Split) -> Self {
        owned
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cases::random;
    use proptest::prelude::*;

    fn sent(tensor: &Tensor) -> Tensor {
        Tensor::unpack(&tensor.pack()).unwrap()
    }

    #[test]
    fn tensors_of_every_kind_arrive_as_they_were() {
        for kind in KINDS {
            let x = (random(&[2, 3], 1) * 3).to_kind(kind);
            let y = sent(&x);
            assert_eq!((y.size(), y.kind()), (vec![2, 3], kind));
            assert!(y.equal(&x), "{kind:?}");
        }
        let turned = random(&[2, 3], 1).transpose(0, 1);
        assert!(sent(&turned).equal(&turned));
        assert_eq!(sent(&random(&[0, 4], 1)).size(), [0, 4]);
        assert_eq!(sent(&random(&[], 1)).size(), [0i64; 0]);
        assert!(!sent(&Tensor::new()).defined());
        let tracked = random(&[2], 1).set_requires_grad(true) * 2;
        assert!(sent(&tracked).requires_grad() && !sent(&random(&[2], 1)).requires_grad());
    }

    #[test]
    fn numbers_that_json_lacks_and_every_bit_of_the_others_arrive() {
        for number in [f64::INFINITY, f64::MIN_POSITIVE, -0.0, 0.1 + 0.2] {
            assert_eq!(f64::unpack(&number.pack()).unwrap().to_bits(), number.to_bits());
        }
        assert!(f64::unpack(&f64::NAN.pack()).unwrap().is_nan());
        assert_eq!(f32::unpack(&(0.1f32 + 0.2).pack()), Ok(0.1f32 + 0.2));
        assert!(f32::unpack(&f64::NAN.pack()).is_err() && usize::unpack(&(-1i64).pack()).is_err());
        assert_eq!((usize::unpack(&7usize.pack()), bool::unpack(&true.pack())), (Ok(7), Ok(true)));
        assert_eq!(char::unpack(&'é'.pack()), Ok('é'));
        assert_eq!(i64::unpack(&i64::MIN.pack()), Ok(i64::MIN));
        assert_eq!(<[[i64; 2]; 1]>::unpack(&[[1i64, 2]].pack()), Ok([[1, 2]]));
        assert!(
            matches!(Result::<i64, String>::unpack(&Err::<i64, _>("no".into()).pack()), Ok(Err(e)) if e == "no")
        );
    }

    #[test]
    fn a_forged_tensor_is_refused_before_libtorch_reads_behind_its_bytes() {
        let with = |name: &str, value: Value| {
            let mut forged = random(&[2, 3], 1).pack();
            forged[name] = value;
            Tensor::unpack(&forged)
        };
        for shape in [
            json!([2, 4]),
            json!([-2, -3]),
            json!([1i64 << 40, 1i64 << 40]),
            json!([1 << 30]),
            json!("x"),
            json!([0.5]),
        ] {
            assert!(with("shape", shape.clone()).is_err(), "{shape}");
        }
        for kind in ["ComplexFloat", "Double", "QInt8", ""] {
            assert!(with("kind", json!(kind)).is_err(), "{kind}");
        }
        assert!(with("requires_grad", json!("yes")).is_ok_and(|x| !x.requires_grad()));
        let whole =
            json!({"kind": "Int64", "shape": [1], "bytes": BASE64.encode([0u8; 8]), "requires_grad": true});
        assert!(!Tensor::unpack(&whole).unwrap().requires_grad());
        assert!(with("bytes", json!("%%")).is_err() && with("bytes", json!(7)).is_err());
        let truth = Tensor::unpack(&json!({"kind": "Bool", "shape": [2], "bytes": BASE64.encode([0u8, 77])}))
            .unwrap();
        assert!(truth.equal(&Tensor::from_slice(&[false, true])));
        assert!(<[i64; 4]>::unpack(&json!([1])).is_err() && char::unpack(&json!("ab")).is_err());
    }

    /// Any JSON, much of which looks like a value.
    fn json() -> impl Strategy<Value = Value> {
        let kind = prop::sample::select(vec![
            "Float",
            "Int64",
            "Bool",
            "Half",
            "BFloat16",
            "ComplexFloat",
            "QInt8",
            "",
        ]);
        let size = prop_oneof![0i64..4, Just(i64::MAX), Just(1 << 40), Just(-1), any::<i64>()];
        let tensor = (
            kind,
            prop::collection::vec(size, 0..5),
            prop::collection::vec(any::<u8>(), 0..40),
            any::<bool>(),
        );
        let tensor = tensor.prop_map(|(kind, shape, bytes, tracked)| {
            json!({"kind": kind, "shape": shape, "bytes": BASE64.encode(bytes), "requires_grad": tracked})
        });
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "(?s).{0,3}".prop_map(Value::from),
            tensor,
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            let name = prop::sample::select(vec!["ok", "error", "kind", "shape", "bytes", "a"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..4).prop_map(|pairs| {
                    Value::Object(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }),
            ]
        })
    }

    #[test]
    fn an_empty_tensor_comes_whatever_its_other_sizes_and_one_too_large_to_be_laid_out_is_refused() {
        let empty = |shape: &[i64]| Tensor::unpack(&json!({"kind": "Float", "shape": shape, "bytes": ""}));
        assert_eq!(empty(&[3, 0, 2]).unwrap().size(), [3, 0, 2]);
        assert!(empty(&[0, i64::MAX, 2]).is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_comes_makes_it_panic_and_each_tensor_has_the_bytes_that_came(value in json()) {
            if let Ok(tensor) = Tensor::unpack(&value) && tensor.defined() {
                let bytes = BASE64.decode(value["bytes"].as_str().unwrap()).unwrap();
                prop_assert_eq!(tensor.numel() * tensor.kind().elt_size_in_bytes(), bytes.len());
                prop_assert_eq!(json!(tensor.size()), value["shape"].clone());
                let _ = tensor.pack();
            }
            let _ = (i64::unpack(&value), f64::unpack(&value), char::unpack(&value), String::unpack(&value));
            let _ = (<[[i64; 3]; 5]>::unpack(&value), Vec::<f64>::unpack(&value), <(Tensor, Tensor)>::unpack(&value));
            let _ = (HashMap::unpack(&value), Result::<Tensor, String>::unpack(&value), Split::unpack(&value));
        }
    }
}
