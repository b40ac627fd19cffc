//! What people write who know Python and PyTorch, and what to write in Rust: a table, read from above.

use super::Finding;
use regex::Regex;

/// What to write in the place of what stands in the main line of this error, if the table has it.
pub fn hint(finding: &Finding) -> Option<String> {
    let at = finding.at.first()?;
    let labels: Vec<_> = finding.at.iter().map(|at| at.label.as_str()).collect();
    let text = format!("{} {}", finding.message, labels.join(" "));
    HABITS.iter().find_map(|habit| {
        if habit.code != finding.code || !text.contains(habit.message) {
            return None;
        }
        let found = Regex::new(habit.written).ok()?.captures(&at.text)?;
        let mut answer = String::new();
        found.expand(habit.answer, &mut answer);
        Some(answer)
    })
}

struct Habit {
    /// The compiler's number for the error, empty for one of syntax.
    code: &'static str,
    /// Part of its message or of a label.
    message: &'static str,
    /// A regular expression that the line has to match.
    written: &'static str,
    /// What to write, with the parts that the expression has found.
    answer: &'static str,
}

const fn habit(
    code: &'static str,
    message: &'static str,
    written: &'static str,
    answer: &'static str,
) -> Habit {
    Habit { code, message, written, answer }
}

const TENSOR: &str = "Tensor`";

const HABITS: [Habit; 68] = [
    // Indices.
    habit(
        "E0608",
        TENSOR,
        r"(\w+)\[([^\]:]+)\]",
        "write `${1}.i($2)` for a part of a tensor, and `${1}.double_value(&[$2])` for one number.",
    ),
    habit(
        "",
        "",
        r"(\w+)\[:, ?([^\]:]+)\]",
        "write `${1}.i((.., $2))`: what `:` is in Python is `..` here, and indices of several dimensions stand in brackets.",
    ),
    habit(
        "",
        "",
        r"(\w+)\[(-?\w*):(-?\w*)\]",
        "write `${1}.i($2..$3)` for a tensor and `&${1}[$2..$3]` for a `Vec`.",
    ),
    habit(
        "E0600",
        "cannot apply unary operator `-` to type `usize`",
        r"(\w+)\[-(\d+)\]",
        "write `${1}[${1}.len() - $2]`: indices count from the start only.",
    ),
    habit(
        "E0277",
        "cannot be indexed by",
        r"\[([^\[\].]*[^\w\[\].][^\[\].]*)\]",
        "write `[($1) as usize]`: an index is a `usize`.",
    ),
    habit(
        "E0277",
        "cannot be indexed by",
        r"\[([a-z_]\w*)\]",
        "write `[$1 as usize]`: an index is a `usize`.",
    ),
    habit(
        "E0308",
        "expected `usize`, found `i64`",
        r"(.+)",
        "write `as usize` behind the number: sizes of tensors are `i64`, those of Rust are `usize`.",
    ),
    habit(
        "E0308",
        "expected `i64`, found `usize`",
        r"(.+)",
        "write `as i64` behind the number: sizes of tensors are `i64`, those of Rust are `usize`.",
    ),
    // What a tensor has.
    habit("E0609", "`shape`", r"(\w+)\.shape", "write `${1}.size()`."),
    habit("E0609", "`ndim`", r"(\w+)\.ndim", "write `${1}.dim()`."),
    habit("E0609", "`dtype`", r"(\w+)\.dtype", "write `${1}.kind()`."),
    habit("E0609", "`T` on type", r"(\w+)\.T\b", "write `${1}.tr()` for the transposed matrix."),
    habit(
        "E0615",
        "",
        r"(\w+)\.(\w+)\[(\w+)\]",
        "write `${1}.$2()[$3]`: it is a method, which is called with `()`.",
    ),
    habit(
        "E0615",
        "",
        r"(\w+)\.(size|grad|kind|device|dim|len|numel|t)\b",
        "write `${1}.$2()`: it is a method, which is called with `()`.",
    ),
    habit(
        "E0425",
        "function `len`",
        r"\blen\((\w+)\)",
        "write `${1}.size()[0]` for a tensor, and `${1}.len()` for a `Vec` or a text.",
    ),
    habit(
        "E0599",
        "`len` found for struct",
        r"(\w+)\.len\(\)",
        "write `${1}.size()[0]` for the length of the first dimension, `${1}.numel()` for how many elements there are.",
    ),
    habit(
        "E0599",
        "`item`",
        r"(\w+)\.item\(\)",
        "write `${1}.double_value(&[])`, or `${1}.int64_value(&[])` for a whole number.",
    ),
    habit(
        "E0599",
        "`numpy`",
        r"(\w+)\.numpy\(\)",
        "write `Vec::<f32>::try_from(${1}.flatten(0, -1))?`: there are no NumPy arrays, and a `Vec` holds the numbers.",
    ),
    habit("E0599", "`tolist`", r"(\w+)\.tolist\(\)", "write `Vec::<f32>::try_from(${1}.flatten(0, -1))?`."),
    habit(
        "E0277",
        "Vec<f32>: From<",
        r"(\w+)\.into\(\)",
        "write `Vec::<f32>::try_from(${1}.flatten(0, -1))?`.",
    ),
    habit("E0599", "`cuda`", r"(\w+)\.cuda\(\)", "write `${1}.to_device(Device::cuda_if_available())`."),
    habit("E0599", "`cpu`", r"(\w+)\.cpu\(\)", "write `${1}.to_device(Device::Cpu)`."),
    habit(
        "E0308",
        "expected `Device`",
        r#"(\w+)\.to\("(\w+)"\)"#,
        "write `${1}.to_device(Device::cuda_if_available())`, or `Device::Cpu`.",
    ),
    habit(
        "E0599",
        "`clone` found for struct",
        r"(\w+)\.clone\(\)",
        "write `${1}.shallow_clone()` for a second handle on the same numbers, `${1}.copy()` for numbers of its own.",
    ),
    habit("E0599", "`float`", r"(\w+)\.float\(\)", "write `${1}.to_kind(Kind::Float)`."),
    habit("E0599", "`long`", r"(\w+)\.long\(\)", "write `${1}.to_kind(Kind::Int64)`."),
    // Arguments.
    habit(
        "E0061",
        "",
        r"\.(view|reshape|permute|repeat|expand)\(([^\[\]()]+)\)",
        "write `.$1([$2])`: the sizes stand in one pair of `[` `]`.",
    ),
    habit(
        "E0061",
        "",
        r"\.(max|min)\((-?\w+)\)",
        "write `.${1}_dim($2, false)`: it returns the values and their indices.",
    ),
    habit(
        "E0061",
        "",
        r"\.(sum|mean|prod)\(\)",
        "write `.$1(Kind::Float)`: the kind of number to compute in is an argument.",
    ),
    habit(
        "E0308",
        "expected `Kind`",
        r"\.(sum|mean)\((-?\d+)\)",
        "write `.${1}_dim([${2}_i64].as_slice(), false, Kind::Float)`.",
    ),
    habit(
        "E0061",
        "",
        r"\.(softmax|log_softmax)\((-?\w+)\)",
        "write `.$1($2, Kind::Float)`: the kind of number to compute in is an argument.",
    ),
    habit("E0061", "", r"\.squeeze\((-?\w+)\)", "write `.squeeze_dim($1)`."),
    habit("E0061", "", r"\.argmax\((-?\w+)\)", "write `.argmax($1, false)`."),
    habit("E0061", "", r"\.transpose\((-?\w+)\)", "write both dimensions: `.transpose($1, 1)`."),
    habit(
        "E0061",
        "",
        r"\.(double_value|int64_value)\(\)",
        "write `.$1(&[])` for a tensor of one number, `.$1(&[0, 2])` for one of its elements.",
    ),
    habit(
        "E0061",
        "",
        r"Tensor::(zeros|ones|rand|randn)\((\[[^\]]*\])\)",
        "write `Tensor::$1($2, (Kind::Float, Device::Cpu))`: the kind of number and the device are an argument.",
    ),
    habit(
        "E0308",
        "expected `(Kind, Device)`",
        r"Tensor::(zeros|ones|rand|randn)\(([\d, ]+)\)",
        "write `Tensor::$1([$2], (Kind::Float, Device::Cpu))`.",
    ),
    habit(
        "E0308",
        "expected `&Tensor`, found integer",
        r"\.pow\(([^()]+)\)",
        "write `.pow_tensor_scalar($1)`: `pow` takes a tensor.",
    ),
    habit(
        "E0308",
        "expected `&Tensor`, found floating-point number",
        r"\.pow\(([^()]+)\)",
        "write `.pow_tensor_scalar($1)`: `pow` takes a tensor.",
    ),
    habit(
        "E0308",
        "expected `&Tensor`, found `Tensor`",
        r"\((\w+)\)",
        "write `(&$1)`: the function only looks at the tensor, and `$1` stays yours.",
    ),
    habit(
        "E0277",
        "Shape` is not",
        r"(.+)",
        "write the sizes as `i64`: `[2, 3]` without `u32` or `usize`, or `n as i64`.",
    ),
    habit(
        "E0277",
        "`BatchNorm: Module`",
        r"(.+)",
        "write `nn::seq_t()` in the place of `nn::seq()`, and call the net with `forward_t(&xs, train)`: batch normalisation differs between training and use.",
    ),
    habit(
        "E0425",
        "`",
        r"\b(dim|axis|keepdim|dtype|bias|padding|stride)\s*=\s*\w",
        "write arguments in their order, without names, as in `f(&xs, 1)`: Shift-Tab on the function shows them.",
    ),
    habit(
        "E0282",
        "type of the type parameter `E` declared on the enum `Result`",
        r"\bOk\(",
        "write the value itself, without `Ok(…)`; or, where the code before it has a `?`, end with `Ok::<_, Error>(…)`.",
    ),
    // Operators.
    habit(
        "E0369",
        "operation `>` cannot be applied to type",
        r"(\w+) ?> ?([\w.]+)",
        "write `${1}.gt($2)` for the tensor of answers.",
    ),
    habit(
        "E0369",
        "operation `<` cannot be applied to type",
        r"(\w+) ?< ?([\w.]+)",
        "write `${1}.lt($2)` for the tensor of answers.",
    ),
    habit(
        "E0369",
        "operation `>=` cannot be applied to type",
        r"(\w+) ?>= ?([\w.]+)",
        "write `${1}.ge($2)` for the tensor of answers.",
    ),
    habit(
        "E0369",
        "operation `<=` cannot be applied to type",
        r"(\w+) ?<= ?([\w.]+)",
        "write `${1}.le($2)` for the tensor of answers.",
    ),
    habit(
        "E0369",
        "operation `==` cannot be applied to type",
        r"(\w+) ?== ?([\w.]+)",
        "write `${1}.eq_tensor(&$2)`, or `${1}.eq($2)` for a number: the tensor of answers.",
    ),
    habit(
        "E0614",
        "",
        r"(\w+) ?\*\* ?(\w+)",
        "write `${1}.pow_tensor_scalar($2)` for a tensor, `${1}.powi($2)` for an `f64`, `${1}.pow($2)` for a whole number.",
    ),
    habit("", "", r"(\w+) @ (\w+)", "write `${1}.matmul(&$2)` for the matrix product."),
    habit(
        "",
        "",
        r"(\w+) // (\w+)",
        "write `$1 / $2;`: `/` of whole numbers leaves the remainder out, and `//` begins a comment.",
    ),
    habit(
        "E0277",
        "by `{float}`",
        r"(.+)",
        "write both as floats: `0.0 * 0.1`; a variable is one with `as f64` behind it.",
    ),
    habit(
        "E0277",
        "to `{float}`",
        r"(.+)",
        "write both as floats: `1.0 + 0.5`; a variable is one with `as f64` behind it.",
    ),
    habit(
        "E0369",
        "cannot add `&str` to `&str`",
        r#"("[^"]*") \+ ("[^"]*")"#,
        r#"write `format!("{}{}", $1, $2)`."#,
    ),
    // Words of Python.
    habit("E0423", "found macro `print`", r"\bprint\((.*)\)", r#"write `println!("{:?}", $1);`."#),
    habit(
        "E0425",
        "function `range`",
        r"range\((.*)\)",
        "write `0..$1`: it counts from 0 up to, but without, the end.",
    ),
    habit(
        "",
        "",
        r"^\s*def (\w+)\(",
        "write `fn $1(x: &Tensor) -> Tensor { … }`: with the types of what goes in and comes out, and `{` `}` around the body.",
    ),
    habit(
        "",
        "",
        r"^\s*for (\w+) in range\((.*)\):",
        "write `for $1 in 0..$2 { … }`: with `{` `}` around the body.",
    ),
    habit(
        "",
        "",
        r"^\s*(if|while|for|with) (.*):\s*$",
        "write `$1 $2 { … }`: with `{` `}` around the body and no `:`.",
    ),
    habit("", "", r"^\s*with (.*no_grad)\(\)", "write `tch::no_grad(|| { … })`."),
    habit(
        "",
        "",
        r"^\s*(import|from) (\w+)",
        "write `use …;` for what a crate holds; `:dep name = \"1\"` at the head of a cell adds a crate.",
    ),
    habit("", "", r"\blambda (\w+):(.*)", "write `|$1|$2`."),
    habit("", "", r#"\bf"([^"]*)""#, r#"write `format!("$1")`."#),
    habit("", "", r"^\s*assert (.*)", "write `assert!($1);`."),
    habit("E0422", "`elif`", r"elif", "write `else if … { … }`."),
    habit(
        "E0425",
        "`torch`",
        r"torch\.(\w+)",
        "write `Tensor::$1(…)`; sizes are in `[` `]`, then `(Kind::Float, Device::Cpu)`.",
    ),
    habit("E0425", "value `", r"^\s*([a-z_]\w*) = ([^=;]+)", "write `let $1 = $2;`: `let` makes a variable."),
];

#[cfg(test)]
pub mod tests {
    use super::*;

    #[test]
    fn every_expression_of_the_table_is_one() {
        for habit in &HABITS {
            assert!(Regex::new(habit.written).is_ok(), "{}", habit.written);
            assert!(habit.answer.contains('`'), "{}", habit.answer);
        }
    }
    /// What rustc 1.95 has said of these lines: its code, its message, a label, and part of what to write instead.
    const RECORDED: [(&str, &str, &str, &str, &str); 38] = [
        (
            "apply(|d| Ok(format!(\"{d}\")))",
            "E0282",
            "type annotations needed",
            "cannot infer type of the type parameter `E` declared on the enum `Result`",
            "without `Ok(…)`",
        ),
        ("x[0]", "E0608", "cannot index into a value of type `Tensor`", "", "`x.i(0)`"),
        ("x[:, 0]", "", "expected expression, found `:`", "expected expression", "`x.i((.., 0))`"),
        ("x.shape", "E0609", "no field `shape` on type `Tensor`", "unknown field", "`x.size()`"),
        (
            "x**2",
            "E0614",
            "type `{integer}` cannot be dereferenced",
            "can't be dereferenced",
            "`x.pow_tensor_scalar(2)`",
        ),
        ("let n = 7 // 2", "", "expected `;`, found <end of input>", "", "`7 / 2;`"),
        ("len(x)", "E0425", "cannot find function `len` in this scope", "", "`x.size()[0]`"),
        (
            "let v = x.item();",
            "E0599",
            "no method named `item` found for struct `Tensor` in the current scope",
            "",
            "`x.double_value(&[])`",
        ),
        (
            "x.numpy()",
            "E0599",
            "no method named `numpy` found for struct `Tensor` in the current scope",
            "",
            "`Vec::<f32>::try_from(x.flatten(0, -1))?`",
        ),
        (
            "print(x)",
            "E0423",
            "expected function, found macro `print`",
            "not a function",
            "println!(\"{:?}\", x);",
        ),
        ("let d = 0*0.1;", "E0277", "cannot multiply `{integer}` by `{float}`", "", "`0.0 * 0.1`"),
        ("let h = 1 / 2.0;", "E0277", "cannot divide `{integer}` by `{float}`", "", "`as f64`"),
        ("let l = x.size()[0] * 0.5;", "E0277", "cannot multiply `i64` by `{float}`", "", "`as f64`"),
        (
            "let p = a.pow(2);",
            "E0308",
            "mismatched types",
            "expected `&Tensor`, found integer",
            "`.pow_tensor_scalar(2)`",
        ),
        (
            "let c = x > 0.5;",
            "E0369",
            "binary operation `>` cannot be applied to type `Tensor`",
            "",
            "`x.gt(0.5)`",
        ),
        (
            "let m = x.max(1);",
            "E0061",
            "this method takes 0 arguments but 1 argument was supplied",
            "",
            "`.max_dim(1, false)`",
        ),
        (
            "nn::seq().add(nn::batch_norm2d(p, 3, c))",
            "E0277",
            "the trait bound `BatchNorm: Module` is not satisfied",
            "",
            "`nn::seq_t()`",
        ),
        (
            "let y = x.view([3u32, 2]);",
            "E0277",
            "the trait bound `[u32; 2]: Shape` is not satisfied",
            "",
            "`i64`",
        ),
        ("rows = 5", "E0425", "cannot find value `rows` in this scope", "", "`let rows = 5;`"),
        (
            "let n = x.size[0];",
            "E0615",
            "attempted to take value of method `size` on type `Tensor`",
            "",
            "`x.size()[0]`",
        ),
        ("def f(x):", "", "expected `;`, found `f`", "", "`fn f("),
        ("let t = x.T;", "E0609", "no field `T` on type `Tensor`", "unknown field", "`x.tr()`"),
        ("let f = lambda q: q;", "", "expected `;`, found `q`", "", "`|q| q"),
        ("let s = f\"a {x}\";", "", "expected `;`, found `\"a {x}\"`", "", "format!(\"a {x}\")"),
        ("let s = \"a\" + \"b\";", "E0369", "cannot add `&str` to `&str`", "", "format!"),
        (
            "sum += k[0] * x[i * width + j];",
            "E0277",
            "the type `[f32]` cannot be indexed by `i64`",
            "",
            "`[(i * width + j) as usize]`",
        ),
        ("let e = v[i];", "E0277", "the type `[{integer}]` cannot be indexed by `i32`", "", "`[i as usize]`"),
        (
            "let z = torch.zeros(2, 3);",
            "E0425",
            "cannot find value `torch` in this scope",
            "",
            "`Tensor::zeros(…)`",
        ),
        (
            "let r = x.reshape(3, 2);",
            "E0061",
            "this method takes 1 argument but 2 arguments were supplied",
            "",
            "`.reshape([3, 2])`",
        ),
        (
            "let s = x.sum();",
            "E0061",
            "this method takes 1 argument but 0 arguments were supplied",
            "",
            "`.sum(Kind::Float)`",
        ),
        ("let m = x.mean(dim=1);", "E0425", "cannot find value `dim` in this scope", "", "without names"),
        (
            "let c = x.to(\"cuda\");",
            "E0308",
            "mismatched types",
            "expected `Device`, found `&str`",
            "`x.to_device(",
        ),
        (
            "let l = x.len();",
            "E0599",
            "no method named `len` found for struct `Tensor` in the current scope",
            "",
            "`x.numel()`",
        ),
        (
            "let s = x.softmax(1);",
            "E0061",
            "this method takes 2 arguments but 1 argument was supplied",
            "",
            "`.softmax(1, Kind::Float)`",
        ),
        (
            "let m = x.matmul(x2);",
            "E0308",
            "mismatched types",
            "expected `&Tensor`, found `Tensor`",
            "`(&x2)`",
        ),
        ("let m = x @ x2;", "", "expected one of `!`, `.`, `::`, found `@`", "", "`x.matmul(&x2)`"),
        (
            "let z = Tensor::zeros([2, 3]);",
            "E0061",
            "this function takes 2 arguments but 1 argument was supplied",
            "",
            "(Kind::Float, Device::Cpu))`",
        ),
        (
            "let i: usize = x.size()[0];",
            "E0308",
            "mismatched types",
            "expected `usize`, found `i64`",
            "`as usize`",
        ),
    ];

    #[test]
    fn what_people_write_who_know_python_is_answered_with_the_rust_to_write() {
        for (line, code, message, label, wanted) in RECORDED {
            let at = super::super::Located {
                cell: 1,
                line: 1,
                start: 1,
                end: 2,
                text: line.to_owned(),
                label: label.to_owned(),
                primary: true,
            };
            let (message, notes, helps) = (message.to_owned(), Vec::new(), Vec::new());
            let hint = hint(&Finding { code, message, at: vec![at], notes, helps }).unwrap_or_default();
            assert!(hint.contains(wanted), "{line}: {hint}");
        }
    }
}
