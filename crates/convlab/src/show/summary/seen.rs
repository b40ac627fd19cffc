//! What a layer does, seen by trying: its name is the first known operation that gives the same output.

use super::variables::Variable;
use tch::{Kind, Tensor};

/// What leads from `input` to `output` with a layer's parameters: `convolution 5×5, 1 → 10, stride 1, padding 0`,
/// `max pool 2×2, ReLU`; `None` if it is nothing that is known here.
pub fn operation(input: &Tensor, output: &Tensor, own: &[&Variable]) -> Option<String> {
    let _no_grad = tch::no_grad_guard();
    // One example shows as much as a batch.
    let first = |x: &Tensor| if x.dim() > 1 { x.narrow(0, 0, 1) } else { x.shallow_clone() };
    let (input, output) = (first(input), first(output));
    candidates(&input, &output, own).find_map(|(name, between)| {
        let after = function(&between, &output)?;
        match (name.is_empty(), after.is_empty()) {
            (true, true) => Some("changes nothing here".into()),
            (true, false) => Some(after),
            (false, true) => Some(name),
            (false, false) => Some(format!("{name}, then {after}")),
        }
    })
}

type Candidates<'a> = Box<dyn Iterator<Item = (String, Tensor)> + 'a>;

/// What the layer with these parameters may make of its input before any function.
fn candidates<'a>(input: &'a Tensor, output: &Tensor, own: &[&'a Variable]) -> Candidates<'a> {
    let one = |name: String, tensor: Tensor| -> Candidates<'a> { Box::new(std::iter::once((name, tensor))) };
    let Some(weight) = own.iter().map(|variable| &variable.tensor).max_by_key(|tensor| tensor.dim()) else {
        return one(String::new(), input.shallow_clone());
    };
    let bias = own.iter().map(|variable| &variable.tensor).find(|tensor| tensor.dim() == 1);
    let sizes = weight.size();
    match (sizes.as_slice(), own.len(), input.f_linear(weight, bias)) {
        ([out, inputs], 1 | 2, Ok(y)) => one(format!("linear, {inputs} → {out}"), y),
        ([_, _, _, _], 1 | 2, _) => Box::new(convolutions(input, output, weight, bias)),
        _ => Box::new(std::iter::empty()),
    }
}

/// The convolution with each stride, padding and dilation, beginning with those that leave the output's size.
fn convolutions<'a>(
    input: &'a Tensor,
    output: &Tensor,
    weight: &'a Tensor,
    bias: Option<&'a Tensor>,
) -> impl Iterator<Item = (String, Tensor)> + 'a {
    let (shape, sizes) = (input.size(), weight.size());
    let (out, depth, h, w) = (sizes[0], sizes[1], sizes[2], sizes[3]);
    let channels = shape.get(1).copied().unwrap_or(depth);
    let groups = (channels / depth).max(1);
    let rows = |[stride, padding, dilation]: [i64; 3]| {
        shape.get(2).map(|rows| (rows + 2 * padding - dilation * (h - 1) - 1) / stride + 1)
    };
    let strides = 1..=h.max(w).min(4);
    let mut ways: Vec<[i64; 3]> = strides
        .flat_map(|stride| (0..h.max(w)).map(move |padding| [stride, padding]))
        .flat_map(|[stride, padding]| [1, 2].map(|dilation| [stride, padding, dilation]))
        .filter(|way| rows(*way) >= output.size().get(2).copied())
        .collect();
    ways.sort_by_key(|way| (way[2], rows(*way) != output.size().get(2).copied()));
    ways.into_iter().filter_map(move |[stride, padding, dilation]| {
        let [strides, paddings, dilations] = [stride, padding, dilation].map(|size| [size, size]);
        let y = input.f_conv2d(weight, bias, strides, paddings, dilations, groups).ok()?;
        let mut name = format!("convolution {h}×{w}, {channels} → {out}, stride {stride}, padding {padding}");
        if groups > 1 {
            name += &format!(", {groups} groups");
        }
        if dilation > 1 {
            name += &format!(", dilation {dilation}");
        }
        Some((name, y))
    })
}

/// What functions without parameters lead from `x` to `y`: pooling, an activation, flattening; empty if none is needed.
fn function(x: &Tensor, y: &Tensor) -> Option<String> {
    let flattens = x.dim() != y.dim();
    for (pool, pooled) in pools(x, y) {
        let numbers_fit = pooled.numel() == y.numel();
        for (activation, activated) in activations(&pooled).into_iter().filter(|_| numbers_fit) {
            let reshaped = if flattens { activated.reshape(y.size()) } else { activated };
            if same(&reshaped, y) {
                let flatten = if flattens { "flatten" } else { "" };
                let names: Vec<&str> = [pool.as_str(), activation, flatten]
                    .into_iter()
                    .filter(|name| !name.is_empty())
                    .collect();
                return Some(names.join(", "));
            }
        }
    }
    // Average pooling after an activation is not the same as before it; max pooling is, for those that only grow.
    let activated = activations(x).into_iter().skip(1);
    activated.flat_map(|(name, x)| pools(&x, y).into_iter().skip(1).map(move |pool| (name, pool))).find_map(
        |(name, (pool, pooled))| {
            let fits = pooled.numel() == y.numel() && same(&pooled.reshape(y.size()), y);
            fits.then(|| format!("{name}, {pool}{}", if flattens { ", flatten" } else { "" }))
        },
    )
}

/// `x` itself, then all poolings of it that leave as many numbers as `y` has.
fn pools(x: &Tensor, y: &Tensor) -> Vec<(String, Tensor)> {
    let mut found = vec![(String::new(), x.shallow_clone())];
    let &[_, _, h, w] = x.size().as_slice() else { return found };
    if y.numel() >= x.numel() {
        return found;
    }
    let side = h.min(w);
    for window in (2..=side.min(8)).chain((side > 8 && h == w).then_some(side)) {
        for stride in (1..=window).rev() {
            for padding in 0..=window / 2 {
                let sizes = ([window, window], [stride, stride], [padding, padding]);
                let name = match (stride == window && padding == 0, window == h && window == w) {
                    (true, true) => "of the whole map".to_owned(),
                    (true, false) => format!("{window}×{window}"),
                    _ => format!("{window}×{window}, stride {stride}, padding {padding}"),
                };
                let max = x.f_max_pool2d(sizes.0, sizes.1, sizes.2, [1, 1], false);
                let Some(max) = max.ok().filter(|max| max.numel() == y.numel()) else { continue };
                found.push((format!("max pool {name}"), max));
                if let Ok(average) = x.f_avg_pool2d(sizes.0, sizes.1, sizes.2, false, true, None::<i64>) {
                    // What tch calls `avg_pool2d_default` divides by 1: it sums.
                    let sum = &average * (window * window) as f64;
                    found.push((format!("average pool {name}"), average));
                    found.push((format!("sum pool {name}"), sum));
                }
            }
        }
    }
    found
}

/// `x` itself, then what the usual activations make of it.
fn activations(x: &Tensor) -> Vec<(&'static str, Tensor)> {
    let mut found = vec![
        ("", x.shallow_clone()),
        ("ReLU", x.relu()),
        ("sigmoid", x.sigmoid()),
        ("tanh", x.tanh()),
        ("leaky ReLU", x.leaky_relu()),
        ("GELU", x.gelu("none")),
        ("SiLU", x.silu()),
    ];
    if x.dim() == 2 {
        found.push(("soft-max", x.softmax(-1, Kind::Float)));
        found.push(("log-soft-max", x.log_softmax(-1, Kind::Float)));
    }
    found
}

fn same(a: &Tensor, b: &Tensor) -> bool {
    a.size() == b.size() && a.allclose(b, 1e-4, 1e-5, true)
}
