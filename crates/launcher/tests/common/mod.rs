//! The real program, in an environment that the test makes.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::{env, fs};

/// This checkout.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// `cargo lab` of this checkout.
pub fn lab(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_launcher"));
    command.args(arguments).current_dir(checkout());
    command
}

/// A `cargo lab` without a browser; it is ended with the test.
pub struct Lab {
    pub server: Child,
    pub port: u16,
    pub token: String,
    /// What its link opens, such as `lab/tree/00_welcome.ipynb`.
    pub page: String,
}

impl Lab {
    pub fn open(arguments: &[&str]) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = lab(&["--offline", "--no-browser", "--port", &port.to_string()]);
        let mut server = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut printed = BufReader::new(server.stderr.take().unwrap()).lines();
        let link = printed.find_map(|line| {
            let line = line.ok()?;
            let (address, token) = line.trim().split_once("?token=")?;
            let page = address.split_once("://")?.1.split_once('/')?.1;
            Some((page.to_owned(), token.to_owned()))
        });
        // What it says from now on is read and dropped, so that it never waits to be read.
        std::thread::spawn(move || printed.for_each(drop));
        let (page, token) = link.expect("JupyterLab prints its link");
        Self { server, port, token, page }
    }

    /// Sends a request to JupyterLab and returns its whole answer.
    pub fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: token {token}\r\n\
             Connection: close\r\nContent-Length: {length}\r\n\r\n{body}",
            self.port
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Gone already when the test went well.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A machine on which nothing is prepared, with the programs of this one.
pub struct BareMachine {
    pub folder: tempfile::TempDir,
}

impl BareMachine {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("programs")).unwrap();
        let machine = Self { folder };
        for name in ["rustc", "c++"] {
            machine.script(name, &format!("exec '{}' \"$@\"", on_path(name).display()));
        }
        // What is on the PATH may be a shim that needs more of it.
        let python =
            Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        machine.script("python3", &format!("exec '{}' \"$@\"", said(&python).trim()));
        machine
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a shell script in the place of the program `name`.
    pub fn script(&self, name: &str, text: &str) {
        let path = self.path("programs").join(name);
        // Written by another process: what this one writes while a thread forks is busy, and cannot be started.
        let written = "printf '%s\\n' '#!/bin/sh' \"$1\" > \"$2\" && chmod 755 \"$2\"";
        assert!(Command::new("sh").args(["-c", written, "sh", text]).arg(&path).status().unwrap().success());
    }

    pub fn without(&self, name: &str) {
        fs::remove_file(self.path("programs").join(name)).unwrap();
    }

    /// `cargo lab` on this machine; its cache is the folder `cache`, which is not there yet.
    pub fn lab(&self, arguments: &[&str]) -> Command {
        let mut command = lab(arguments);
        let own = [
            "LIBTORCH",
            "CONDA_PREFIX",
            "VIRTUAL_ENV",
            "CXX",
            "CONVLAB_PYTHON",
            "CONVLAB_DATA",
            "RUSTUP_TOOLCHAIN",
        ];
        let proxies = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
        for name in own.into_iter().chain(proxies) {
            command.env_remove(name);
        }
        command.env("PATH", self.path("programs")).env("CONVLAB_CACHE", self.path("cache"));
        command
    }

    /// Whether nothing was made: no cache, and nothing beside it.
    pub fn is_untouched(&self) -> bool {
        fs::read_dir(self.folder.path()).unwrap().count() == 1
    }
}

/// Where the program `name` is on this machine.
pub fn on_path(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{name} is not on the PATH"))
}

/// What a program said on both streams.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
