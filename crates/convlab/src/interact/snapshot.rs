use crate::catch_panic::catch_panic;
use crate::{Error, Result};
use tch::nn::VarStore;

/// A copy of a network as it is now, with weights of its own, for a view's function to keep.
///
/// `network` is the function that made it of a [`VarStore`], and `vs` holds the weights of the one to copy.
///
/// # Errors
/// If `network` makes other weights than those in `vs`.
///
/// ```
/// # use convlab::prelude::*;
/// fn network(vs: &nn::VarStore) -> nn::Linear {
///     nn::linear(vs.root() / "scores", 784, 10, Default::default())
/// }
/// let vs = nn::VarStore::new(Device::Cpu);
/// let net = network(&vs);
/// let mine = interact::snapshot(network, &vs)?;
/// interact::draw(move |digit| mine.forward(&digit.view([1, 784])))?;
/// net.ws.size(); // the notebook's own net is still there
/// # Ok::<(), Error>(())
/// ```
pub fn snapshot<N>(network: impl FnOnce(&VarStore) -> N, vs: &VarStore) -> Result<N> {
    let remedy = "pass the function that made the network whose weights `vs` holds";
    let mut own = VarStore::new(vs.device());
    let net = catch_panic(|| network(&own))
        .map_err(|message| Error::new("a function that makes the network", message, remedy))?;
    let shapes = |vs: &VarStore| {
        let mut shapes: Vec<_> = vs.variables().into_iter().map(|(name, ws)| (name, ws.size())).collect();
        shapes.sort();
        shapes
    };
    let (found, expected) = (shapes(&own), shapes(vs));
    let named = |(name, shape): &(String, Vec<i64>)| format!("`{name}` {shape:?}");
    let both = expected.iter().chain(&found);
    if let Some(other) = both.clone().find(|one| !(expected.contains(one) && found.contains(one))) {
        let found = if expected.contains(other) { "one without" } else { "one with" };
        let found = format!("{found} {}", named(other));
        return Err(Error::new("a function that makes the same weights", found, remedy));
    }
    own.copy(vs).map_err(|error| Error::new("weights to copy", error.to_string(), remedy))?;
    own.freeze();
    Ok(net)
}
