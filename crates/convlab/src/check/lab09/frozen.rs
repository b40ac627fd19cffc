use super::super::cases::{close, random};
use super::super::{Answer, Verdict, exercise::Exercise};
use tch::nn::{self, ModuleT};
use tch::{Device, Tensor};

pub(super) const FROZEN: Exercise = Exercise {
    name: "frozen",
    lab: "09",
    hints: &[
        "`net.forward_t(xs, false)` asks the network without training it",
        "`tch::no_grad(|| …)` returns what its closure returns, and records nothing for gradients",
    ],
};

/// Judges a function that asks a network for its output in evaluation mode, without recording gradients.
pub fn frozen(yours: impl Fn(&dyn ModuleT, &Tensor) -> Tensor) -> Answer {
    FROZEN.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let weight = vs.root().var("weight", &[3], nn::Init::Const(2.0));
        let net = nn::func_t(move |xs, train| if train { xs + &weight } else { xs * &weight });
        let xs = random(&[5, 3], 1);
        let found = yours(&net, &xs);
        let right = tch::no_grad(|| net.forward_t(&xs, false));
        if close(&found, &right) && !found.requires_grad() {
            return Verdict::right("The network's weights stay as they are, so each image has to go through it only once.");
        }
        Verdict::wrong(if close(&found, &tch::no_grad(|| net.forward_t(&xs, true))) {
            "the network believes that it is training: dropout and batch norm behave differently then; pass `false`"
        } else if close(&found, &right) {
            "gradients are recorded: put the call into `tch::no_grad(|| …)`, else every map of the network is kept"
        } else if found.size() != right.size() {
            "return what the network returns, for all images"
        } else {
            "yours is not what the network says"
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_network_is_asked_without_training_and_without_gradients() {
        FROZEN.prove::<fn(&dyn ModuleT, &Tensor) -> Tensor>(
            frozen,
            |_, _| todo!(),
            |_, xs| xs.get(1000),
            &[
                |net, xs| tch::no_grad(|| net.forward_t(xs, false)),
                |net, xs| {
                    let _off = tch::no_grad_guard();
                    net.forward_t(xs, false)
                },
                |net, xs| net.forward_t(xs, false).detach(),
            ],
            &[
                (|net, xs| tch::no_grad(|| net.forward_t(xs, true)), "believes that it is training"),
                (|net, xs| net.forward_t(xs, false), "gradients are recorded"),
                (|net, xs| tch::no_grad(|| net.forward_t(xs, false).get(0)), "for all images"),
                (|_, xs| xs.shallow_clone(), "not what the network says"),
            ],
        );
    }
}
