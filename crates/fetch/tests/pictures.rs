//! One picture from a good or bad address; what the bytes mean is not this program's affair.

mod server;

use fetch::{Settings, picture};
use server::{Reply, Server, nobody};
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(300);

fn fetched(url: &str) -> Result<Vec<u8>, String> {
    let settings = Settings { patience: PATIENCE, proxies: false, ..Settings::default() };
    picture(url, &settings, Duration::from_secs(2)).map_err(|failure| failure.to_string())
}

/// What is said of an address, which the text names, with what to do.
fn refused(url: &str) -> String {
    let message = fetched(url).unwrap_err();
    assert!(message.starts_with(&format!("expected a picture from {url}, but got ")), "{message}");
    assert!(message.contains("`datasets::image(\"path/to/picture.png\")?`"), "{message}");
    message
}

fn answering(reply: Reply) -> Server {
    Server::start(move |_| reply.clone())
}

#[test]
fn the_bytes_are_those_that_the_server_sends_also_after_a_redirect() {
    let server = answering(Reply::File(vec![1, 2, 3]));
    assert_eq!(fetched(&server.url).unwrap(), [1, 2, 3]);
    let other = answering(Reply::Redirect(format!("{}a.png", server.url)));
    assert_eq!(fetched(&other.url).unwrap(), [1, 2, 3]);
}

#[test]
fn an_address_without_a_server_or_without_a_picture_is_an_error() {
    assert!(refused(&nobody()).contains("no connection ("));
    let server = answering(Reply::Status("404 Not Found"));
    assert!(refused(&server.url).contains("but got the answer 404 Not Found"));
}

#[test]
fn what_is_no_address_of_the_web_is_refused_before_anything_is_sent() {
    for url in ["pictures/cat.png", "file:///etc/passwd", "ftp://127.0.0.1/cat.png", ""] {
        assert!(refused(url).contains("does not begin with http:// or https://"));
    }
}

#[test]
fn a_server_that_stalls_is_given_up_with_what_had_come() {
    let server = answering(Reply::StallAfter(700, vec![7; 1000]));
    assert!(refused(&server.url).contains("only 700 bytes of it: nothing came for 0.3 s"));
}

#[test]
fn a_server_that_cuts_the_line_is_reported_with_what_had_come() {
    let server = answering(Reply::CutAfter(700, vec![7; 1000]));
    assert!(refused(&server.url).contains("only 700 bytes of it: "));
}

#[test]
fn a_server_that_sends_drop_by_drop_is_given_up_when_the_time_is_over() {
    // Each byte comes well within the patience; all of them would take 50 seconds.
    let server = answering(Reply::Drip(Duration::from_millis(50), vec![7; 1000]));
    assert!(refused(&server.url).contains(" bytes of it in 2 s"));
}

#[test]
fn a_server_that_never_ends_or_announces_too_much_is_given_up() {
    let server = answering(Reply::Endless(vec![7; 1_000_000]));
    assert!(refused(&server.url).contains("but got more than 32.0 MB"));
    let server = answering(Reply::Huge(1 << 40));
    assert!(refused(&server.url).contains("but got more than 32.0 MB"));
}

#[test]
fn a_server_that_sends_in_circles_gets_six_requests() {
    let server = Server::start(|request| Reply::Redirect(format!("{}again", request.address)));
    assert!(refused(&server.url).contains("it sends on to other addresses more than 5 times"));
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn the_program_writes_the_bytes_to_stdout_or_says_why_not() {
    let program = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_convlab-fetch"));
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command.args(["--picture", url]).output().unwrap()
    };
    let server = Server::start(|request| match request.address.as_str() {
        "/a.png" => Reply::File(vec![0, 159, 146, 150]),
        _ => Reply::Status("404 Not Found"),
    });
    let good = program(&format!("{}a.png", server.url));
    assert_eq!((good.status.code(), good.stdout, good.stderr), (Some(0), vec![0, 159, 146, 150], vec![]));
    let bad = program(&format!("{}b.png", server.url));
    assert_eq!((bad.status.code(), bad.stdout), (Some(1), vec![]));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("but got the answer 404 Not Found"));
}
