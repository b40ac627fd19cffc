//! A port for JupyterLab.

use common::{Error, Result};
use std::net::TcpListener;

/// The port that is tried first.
const FIRST_PORT: u16 = 8888;

/// The port for JupyterLab: `wanted` if it is free, else the first free one from 8888 on.
pub fn free_port(wanted: Option<u16>) -> Result<u16> {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let next = |first: u16| (first..first.saturating_add(100)).find(is_free);
    match wanted {
        None => next(FIRST_PORT)
            .ok_or_else(|| Error::problem("Ports 8888 to 8987 are all taken.", "cargo lab --port 9999")),
        Some(port) if is_free(&port) => Ok(port),
        Some(port) => {
            let remedy = format!("cargo lab --port {}", next(port).unwrap_or(9999));
            Err(Error::problem(format!("Port {port} is taken, or may not be used."), remedy))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_named_and_a_free_one_offered() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let number = taken.local_addr().unwrap().port();
        let failure = free_port(Some(number)).unwrap_err();
        assert!(failure.what().contains(&number.to_string()), "{failure}");
        let offered: u16 = failure.remedy().rsplit(' ').next().unwrap().parse().unwrap();
        assert_ne!(offered, number);
        assert_eq!(free_port(Some(offered)), Ok(offered));
    }
}
