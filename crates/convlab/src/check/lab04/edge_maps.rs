use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, Conv2D, Module};
use tch::{Device, Tensor};

pub(super) const EDGE_MAPS: Exercise = Exercise {
    name: "edge_maps",
    lab: "04",
    hints: &[
        "`x.unsqueeze(0)` puts an axis of length 1 in front: once for the channel, once for the batch",
        "`layer.forward(&batch)` sends the batch through the layer",
    ],
};

/// Judges a function that makes a batch of one of a grey picture [h, w] and sends it through a layer from 1 to 2 channels
/// with kernels 3×3: [1, 2, h - 2, w - 2].
pub fn edge_maps(yours: impl Fn(&Conv2D, &Tensor) -> Tensor) -> Answer {
    EDGE_MAPS.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let layer = nn::conv2d(vs.root(), 1, 2, 3, nn::no_bias());
        let mut ws = vs.trainable_variables().remove(0);
        tch::no_grad(|| ws.copy_(&random(&[2, 1, 3, 3], 1)));
        for (h, w) in [(5, 8), (9, 3), (6, 6)] {
            let grey = random(&[h, w], h as u32);
            let right = tch::no_grad(|| layer.forward(&grey.view([1, 1, h, w])));
            if let Some(why) = mistake(&right, &yours(&layer, &grey)) {
                return Verdict::wrong(format!("for a picture of {h} rows and {w} columns {why}"));
            }
        }
        Verdict::right("One picture, two maps, each two rows and two columns smaller: there the window would hang over the edge.")
    })
}

fn mistake(right: &Tensor, found: &Tensor) -> Option<String> {
    if close(found, right) {
        return None;
    }
    let (shape, wanted) = (found.size(), right.size());
    let [h, w] = [2, 3].map(|axis| wanted[axis]);
    Some(match shape.as_slice() {
        [1, 1, _, _] => format!(
            "yours has shape {shape:?}: that is the batch; send it through `layer`, which makes two maps of it"
        ),
        [2, rows, columns] if [*rows, *columns] == [h, w] => {
            format!("yours has shape {shape:?}: the batch axis is missing, also a batch of one has it")
        }
        [1, 2, rows, columns] if [*rows, *columns] == [w, h] && h != w => {
            format!("yours has shape {shape:?}, and {wanted:?} is wanted: rows and columns are swapped")
        }
        _ if shape == wanted => {
            "the shape is right and the numbers are not: send the picture as it is through `layer`".into()
        }
        _ => format!("yours has shape {shape:?}, and {wanted:?} is wanted"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(layer: &Conv2D, grey: &Tensor) -> Tensor {
        layer.forward(&grey.unsqueeze(0).unsqueeze(0))
    }

    #[test]
    fn a_picture_becomes_a_batch_of_one_and_goes_through_the_layer() {
        EDGE_MAPS.prove::<fn(&Conv2D, &Tensor) -> Tensor>(
            edge_maps,
            |_, _| todo!(),
            |layer, grey| layer.forward(&grey.unsqueeze(0).unsqueeze(0).unsqueeze(0)),
            &[through, |layer, grey| {
                tch::no_grad(|| grey.view([1, 1, grey.size()[0], grey.size()[1]]).apply(layer))
            }],
            &[
                (|_, grey| grey.unsqueeze(0).unsqueeze(0), "send it through `layer`"),
                (|layer, grey| layer.forward(&grey.unsqueeze(0)), "the batch axis is missing"),
                (|layer, grey| through(layer, &grey.transpose(0, 1)), "rows and columns are swapped"),
                (|layer, grey| through(layer, &(1 - grey)), "the shape is right"),
                (|layer, grey| through(layer, grey).squeeze(), "the batch axis is missing"),
                (|layer, grey| through(layer, grey).narrow(1, 0, 1).repeat([2, 1, 1, 1]), "is wanted"),
            ],
        );
    }
}
