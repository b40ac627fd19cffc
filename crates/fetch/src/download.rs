//! One request to one server, and the bytes that come.

use crate::catalogue::Wanted;
use crate::report::{self, Meter, Report};
use crate::store::Part;
use common::download::{amount, amount_of};
use common::{Error, Result};
use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::redirect::Policy;
use std::error::Error as StdError;
use std::io::Read;
use std::time::Duration;

/// How often a server may send on to another address.
const MAX_REDIRECTS: usize = 5;

/// How patient the program is, and which way it goes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A server from which nothing comes for so long is given up.
    pub patience: Duration,
    /// Whether the system's proxy settings hold.
    pub proxies: bool,
    /// Who follows the download.
    pub report: Report,
}

impl Default for Settings {
    fn default() -> Self {
        Self { patience: Duration::from_secs(20), proxies: true, report: report::as_text }
    }
}

/// The HTTP client: the system's certificates and, if the settings say so, its proxies.
pub struct Web {
    client: Client,
    patience: Duration,
    pub(crate) report: Report,
}

/// Why a file did not come.
pub(crate) enum Trouble {
    /// The server's fault: another may do better. It may be tried `again` if some bytes came.
    Mirror { why: String, again: bool },
    /// This machine's fault: no server can help.
    Here(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

impl Web {
    /// Prepares the client; nothing is sent yet. Fails where the system has no certificates.
    pub fn new(settings: &Settings) -> Result<Self> {
        // An error says that there is a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("convlab-fetch/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::limited(MAX_REDIRECTS))
            .connect_timeout(settings.patience)
            // For each wait of its own: for the answer, and for each piece of the body.
            .timeout(settings.patience);
        let client = if settings.proxies { client } else { client.no_proxy() };
        let client = client.build().map_err(|error| {
            let remedy = "install the system's certificates (on Debian and Ubuntu: the package ca-certificates) \
                          and look at the proxy settings (HTTPS_PROXY)";
            Error::new("a working HTTPS client", root(&error), remedy)
        })?;
        Ok(Self { client, patience: settings.patience, report: settings.report })
    }

    /// Brings what `part` lacks of the file at `url`; says whether it was added to bytes that were there before.
    pub(crate) fn complete(&self, url: &str, wanted: &Wanted, part: &mut Part) -> Result<bool, Trouble> {
        if part.len() >= wanted.most_bytes() {
            part.restart()?;
        }
        let mut answer = self.request(url, part.len())?;
        let ranged =
            [StatusCode::PARTIAL_CONTENT, StatusCode::RANGE_NOT_SATISFIABLE].contains(&answer.status());
        if ranged && !continues(&answer, part.len()) {
            answer = self.request(url, 0)?;
        }
        match answer.status() {
            StatusCode::PARTIAL_CONTENT if continues(&answer, part.len()) => {}
            StatusCode::OK => part.restart()?,
            other => return Err(for_good(format!("it answered {other}"))),
        }
        let resumed = part.len() > 0;
        self.receive(answer, wanted, part)?;
        Ok(resumed)
    }

    /// Requests what is at `url`; else says why nothing comes.
    pub(crate) fn get(&self, url: &str) -> Result<Response, String> {
        self.client.get(url).send().map_err(|error| self.why(&error))
    }

    fn request(&self, url: &str, from: u64) -> Result<Response, Trouble> {
        let request = self.client.get(url);
        let request = if from > 0 { request.header(RANGE, format!("bytes={from}-")) } else { request };
        request.send().map_err(|error| for_good(self.why(&error)))
    }

    fn receive(&self, mut answer: Response, wanted: &Wanted, part: &mut Part) -> Result<(), Trouble> {
        let most = wanted.most_bytes();
        let from = part.len();
        let total = answer.content_length().map(|rest| rest.saturating_add(from));
        let mut meter = Meter::new(self.report, &wanted.name, from, total);
        let mut piece = vec![0; 64 * 1024];
        loop {
            let length = answer.read(&mut piece).map_err(|error| {
                let so_far = amount_of(part.len(), total);
                let why = format!("after {so_far}: {}", self.why_reading(&error));
                Trouble::Mirror { why, again: part.len() > from }
            })?;
            if length == 0 {
                return Ok(());
            }
            if total.unwrap_or(0).max(part.len() + length as u64) > most {
                part.restart()?;
                return Err(for_good(format!(
                    "it sends more than the {} that can be the file",
                    amount(most)
                )));
            }
            part.append(&piece[..length])?;
            meter.reached(part.len());
        }
    }

    /// Why the body of an answer does not go on.
    pub(crate) fn why_reading(&self, error: &std::io::Error) -> String {
        error.get_ref().map_or_else(|| error.to_string(), |inner| self.why(inner))
    }

    fn why(&self, error: &(dyn StdError + 'static)) -> String {
        let known = error.downcast_ref::<reqwest::Error>();
        if known.is_some_and(reqwest::Error::is_timeout) {
            return format!("nothing came for {} s", self.patience.as_secs_f32());
        }
        if known.is_some_and(reqwest::Error::is_redirect) {
            return format!("it sends on to other addresses more than {MAX_REDIRECTS} times");
        }
        let root = root(error);
        if root.contains("certificate") {
            return format!("its certificate is not accepted here ({root})");
        }
        if known.is_some_and(reqwest::Error::is_connect) { format!("no connection ({root})") } else { root }
    }
}

fn for_good(why: String) -> Trouble {
    Trouble::Mirror { why, again: false }
}

/// Whether the answer's bytes belong behind the first `len`.
fn continues(answer: &Response, len: u64) -> bool {
    let range = answer.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let expected = format!("bytes {len}-");
    answer.status() == StatusCode::PARTIAL_CONTENT && range.is_some_and(|range| range.starts_with(&expected))
}

/// The innermost reason: the outer ones only say that a request failed.
fn root(error: &(dyn StdError + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
