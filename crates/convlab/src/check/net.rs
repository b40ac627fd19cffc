//! Judges a network that a learner builds, layer by layer, against the list of layers in a lab's text.
//!
//! The network gets known weights; what it then says of two images is compared with what the plan says, and with what
//! the plan would say with one layer changed: that names the mistake.

mod plan;

pub use plan::{Layer, Plan};

use super::Verdict;
use super::cases::random;
use crate::catch_panic::{catch_panic, in_words};
use plan::Mistake;
use tch::nn::{self, Module};
use tch::{Device, Tensor};

/// Two images, so that a flattened batch shows.
const IMAGES: i64 = 2;

/// Judges the network that `yours` builds; `right` is said of one that is as planned.
pub fn judge_net(plan: &Plan, right: &str, yours: impl Fn(&nn::VarStore) -> nn::Sequential) -> Verdict {
    let vs = nn::VarStore::new(Device::Cpu);
    let net = yours(&vs);
    let mistakes = plan.mistakes();
    let wrong = variables_differ(plan, &mistakes, &vs).or_else(|| {
        let xs = random(&[&[IMAGES], &plan.image[..]].concat(), 1);
        match catch_panic(|| tch::no_grad(|| net.forward(&xs))) {
            Err(message) => Some(stuck(plan, &mistakes, &in_words(&message))),
            Ok(found) => output_differs(plan, &mistakes, &xs, &found),
        }
    });
    wrong.map_or_else(|| Verdict::right(right), Verdict::wrong)
}

/// Gives each variable its known numbers; what is wrong with the variables, if anything.
fn variables_differ(plan: &Plan, mistakes: &[Mistake], vs: &nn::VarStore) -> Option<String> {
    let mut all = vs.trainable_variables();
    all.iter_mut().for_each(|variable| tch::no_grad(|| variable.copy_(&plan::known(&variable.size()))));
    let mut found: Vec<Vec<i64>> = all.iter().map(Tensor::size).collect();
    for (name, shapes) in plan.variables() {
        for (what, shape) in ["weight", "bias"].into_iter().zip(shapes) {
            let Some(at) = found.iter().position(|size| *size == shape) else {
                let other = found.iter().find(|size| size.len() == shape.len() && size[0] == shape[0]);
                let inputs = other.filter(|size| size.len() == 2).map(|size| size[1]);
                let why = inputs.and_then(|inputs| plan.reason_of_size(mistakes, inputs));
                let yours = other.map(|size| format!(", and yours is {size:?}")).unwrap_or_default();
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                return Some(format!("{name} should have a {what} of shape {shape:?}{yours}{why}"));
            };
            found.remove(at);
        }
    }
    let extra = found.first().map(|size| {
        format!(
            "your network has a variable of shape {size:?} that belongs to none of the layers in the list"
        )
    });
    extra.or_else(|| misnamed(plan, vs))
}

fn misnamed(plan: &Plan, vs: &nn::VarStore) -> Option<String> {
    let name = plan.first_name?;
    let (_, [weight, _]) = plan.variables().remove(0);
    let names = vs.variables();
    let is_there = names.get(&format!("{name}.weight")).is_some_and(|found| found.size() == weight);
    (!is_there).then(|| {
        format!("the first convolution should be called `{name}`, as `vs.root() / \"{name}\"` does: later cells look for its weight under that name")
    })
}

/// Why images do not get through.
fn stuck(plan: &Plan, mistakes: &[Mistake], message: &str) -> String {
    let given = message.split(' ').next().and_then(|word| word.parse().ok());
    let why = given.and_then(|given: i64| match given {
        _ if given == IMAGES * plan.flattened() => Some(
            "the images of the batch are flattened together: `flatten(1, -1)` leaves axis 0, that of the images, alone".to_owned(),
        ),
        _ => plan.reason_of_size(mistakes, given),
    });
    let why = why.unwrap_or_else(|| "follow the shapes from layer to layer".to_owned());
    let [c, h, w] = plan.image;
    format!("two images [{IMAGES}, {c}, {h}, {w}] do not get through: {message}. {why}")
}

fn output_differs(plan: &Plan, mistakes: &[Mistake], xs: &Tensor, found: &Tensor) -> Option<String> {
    if found.size() != [IMAGES, 10] {
        return Some(format!(
            "of two images your network makes {:?}, and ten logits for each are wanted, [{IMAGES}, 10]",
            found.size()
        ));
    }
    let is = |layers: &[Layer]| found.allclose(&plan::run(layers, xs), 1e-3, 1e-4, false);
    if is(plan.layers) {
        return None;
    }
    let mistake = mistakes.iter().find(|mistake| mistake.runs(plan) && is(&mistake.layers));
    Some(mistake.map(|mistake| mistake.why.clone()).unwrap_or_else(|| {
        "the layers have the right weights, but they, or what stands between them, are not in the order of the list".into()
    }))
}
