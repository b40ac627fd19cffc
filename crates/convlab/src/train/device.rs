use crate::{Error, Result};
use tch::{Cuda, Device};

/// Where to compute: what `CONVLAB_DEVICE` says (`cpu`, `cuda`, `cuda:1`, `mps`), or else the first graphics card there
/// is, or else the processor.
///
/// Make the `VarStore` there, and bring the images there with [`Split::to_device`](crate::datasets::Split::to_device).
///
/// # Errors
/// If `CONVLAB_DEVICE` names something else, or a device that libtorch does not find.
///
/// ```
/// # use convlab::prelude::*;
/// let vs = nn::VarStore::new(train::device()?);
/// # Ok::<(), Error>(())
/// ```
pub fn device() -> Result<Device> {
    let cards = if Cuda::is_available() { Cuda::device_count() as usize } else { 0 };
    chosen(std::env::var("CONVLAB_DEVICE").ok().as_deref(), cards, tch::utils::has_mps())
}

/// The device that `wanted` names, if any, on a machine with so many NVIDIA cards, and with Apple's or without.
fn chosen(wanted: Option<&str>, cards: usize, mps: bool) -> Result<Device> {
    let wanted = wanted.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
    let Some(name) = wanted else {
        return Ok(match (cards, mps) {
            (1.., _) => Device::Cuda(0),
            (0, true) => Device::Mps,
            (0, false) => Device::Cpu,
        });
    };
    let card = match name.strip_prefix("cuda") {
        Some("") => Some(0),
        Some(rest) => rest.strip_prefix(':').and_then(|number| number.parse().ok()),
        None => None,
    };
    match (name.as_str(), card) {
        ("cpu", _) => Ok(Device::Cpu),
        ("mps", _) if mps => Ok(Device::Mps),
        ("mps", _) => Err(missing("a Mac with a graphics chip that libtorch can use", "none")),
        (_, Some(number)) if number < cards => Ok(Device::Cuda(number)),
        (_, Some(number)) => {
            let there = match cards {
                0 => "none".to_owned(),
                1 => "only cuda:0".to_owned(),
                _ => format!("only cuda:0 to cuda:{}", cards - 1),
            };
            Err(missing(&format!("the NVIDIA card cuda:{number} that CONVLAB_DEVICE names"), &there))
        }
        _ => {
            let expected = "CONVLAB_DEVICE to be cpu, cuda, cuda:1 or mps";
            Err(Error::new(expected, format!("`{name}`"), "change it, or unset it to let the lab choose"))
        }
    }
}

fn missing(expected: &str, found: &str) -> Error {
    let remedy = "unset CONVLAB_DEVICE to let the lab choose; a card needs a libtorch that was built for it";
    Error::new(expected, found, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_wish_a_card_is_taken_where_there_is_one() {
        assert_eq!(chosen(None, 0, false).unwrap(), Device::Cpu);
        assert_eq!(chosen(None, 0, true).unwrap(), Device::Mps);
        assert_eq!(chosen(Some(""), 2, true).unwrap(), Device::Cuda(0));
    }

    #[test]
    fn a_wish_is_fulfilled_where_it_can_be() {
        assert_eq!(chosen(Some("cpu"), 2, true).unwrap(), Device::Cpu);
        assert_eq!(chosen(Some(" CUDA "), 2, false).unwrap(), Device::Cuda(0));
        assert_eq!(chosen(Some("cuda:1"), 2, false).unwrap(), Device::Cuda(1));
        assert_eq!(chosen(Some("mps"), 0, true).unwrap(), Device::Mps);
    }

    #[test]
    fn a_device_that_is_not_there_is_refused_with_those_that_are() {
        let message = |wanted, cards| chosen(Some(wanted), cards, false).unwrap_err().to_string();
        assert!(message("cuda", 0).contains("but got none"), "{}", message("cuda", 0));
        assert!(message("cuda:1", 1).contains("cuda:1 that CONVLAB_DEVICE names, but got only cuda:0."));
        assert!(message("cuda:2", 2).contains("only cuda:0 to cuda:1"));
        assert!(message("mps", 0).contains("a Mac"));
        assert!(message("gpu", 1).contains("but got `gpu`"));
        assert!(message("cuda:-1", 1).contains("CONVLAB_DEVICE to be cpu, cuda, cuda:1 or mps"));
    }
}
