//! Code that wants a mark that it does not deserve, or to reach out of its sandbox.

use crate::class::{Class, EXERCISES, cell, code, with_code, with_code_before};
use crate::common::checkout;
use serde_json::json;
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Right only where no file of others can be read, written or made; `SECRET` lies outside.
const FILES: &str = r##"
    for path in ["SECRET", "CHECKOUT/notebooks", "CHECKOUT/README.md", "/etc/passwd", "/etc/shadow", "/run", "/var/log", "HOME/.ssh"] {
        assert!(std::fs::metadata(path).is_err(), "{path} can be seen");
    }
    for place in ["/usr", "/", "/convlab-job", "/convlab-socket", "CHECKOUT/crates/convlab", "/proc/sys/kernel"] {
        let file = format!("{place}/from-a-learner");
        assert!(std::fs::write(&file, "").is_err(), "{file} can be written");
    }
    for name in ["CONVLAB_CACHE", "CONVLAB_STAGE", "LIBTORCH", "CONVLAB_TOOLS"] {
        let file = format!("{}/from-a-learner", std::env::var(name).unwrap());
        assert!(std::fs::write(&file, "").is_err(), "{file} can be written");
    }
    std::fs::write("notes", "").unwrap();"##;

/// Right only where the lecturer's environment and processes cannot be seen.
const PROCESSES: &str = r##"
    assert!(std::env::var("CONVLAB_TEST_SECRET").is_err());
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| std::fs::read(entry.path().join(name)).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
        assert!(!read("environ").contains("CONVLAB_TEST_SECRET"));
        let name = read("comm");
        assert!(!["launcher", "cargo-lab", "systemd", "init"].contains(&name.trim()), "{name} can be seen");
    }
    std::process::Command::new("setsid").args(["sleep", "98765"]).spawn().unwrap();"##;

/// Right only where no server of this machine and no other machine can be reached.
const NETWORK: &str = r##"
    assert!(std::os::unix::net::UnixStream::connect("SOCKET").is_err());
    assert!(std::net::TcpStream::connect("127.0.0.1:PORT").is_err());
    let outside = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    assert!(outside.connect("192.0.2.1:9").is_err());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();"##;

/// Right only where the system refuses what could undo the sandbox.
const SYSTEM: &str = r##"
    unsafe extern "C" {
        fn mount(a: *const i8, b: *const i8, c: *const i8, d: u64, e: *const i8) -> i32;
        fn umount2(a: *const i8, b: i32) -> i32;
        fn unshare(a: i32) -> i32;
        fn setuid(a: u32) -> i32;
        fn chroot(a: *const i8) -> i32;
        fn syscall(number: i64, a: u64, b: u64, c: u64, d: u64, e: u64) -> i64;
    }
    let (root, none) = (c"/".as_ptr().cast(), std::ptr::null());
    unsafe {
        assert_ne!(mount(none, root, none, 32 | 4096, none), 0, "remount");
        assert_ne!(mount(c"tmpfs".as_ptr().cast(), c"/tmp".as_ptr().cast(), c"tmpfs".as_ptr().cast(), 0, none), 0, "mount");
        assert_ne!(umount2(c"/convlab-job".as_ptr().cast(), 2), 0, "umount");
        for namespace in [0x1000_0000, 0x2_0000, 0x4000_0000, 0x2000_0000, 0x800_0000] {
            assert_ne!(unshare(namespace), 0, "unshare {namespace:x}");
        }
        assert_ne!(setuid(0), 0, "setuid");
        assert_ne!(chroot(root), 0, "chroot");
        #[cfg(target_arch = "x86_64")]
        for number in [101, 155, 165, 166, 246, 248, 250, 272, 304, 308, 310, 311, 313, 321, 323, 425, 428, 430, 432, 442] {
            assert_eq!(syscall(number, 0, 0, 0, 0, 0), -1, "system call {number}");
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    for line in ["CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(line), "{status}");
    }"##;

/// Right, after it has filled its disk and taken its processes.
const FILLS: &str = r##"
    let block = vec![7u8; 1 << 20];
    for place in [".", "/tmp", "/dev/shm"] {
        let mut file = std::fs::File::create(format!("{place}/full")).unwrap();
        let written = (0..2_000).take_while(|_| std::io::Write::write_all(&mut file, &block).is_ok()).count();
        assert!(written < 1_500, "{written} MiB in {place}");
        std::fs::remove_file(format!("{place}/full")).unwrap();
    }
    let sleepers: Vec<_> = (0..2_000).map_while(|_| std::process::Command::new("sleep").arg("97654").spawn().ok()).collect();
    assert!(sleepers.len() < 1_000, "{} processes", sleepers.len());
    for mut sleeper in sleepers {
        let _ = sleeper.kill();
        let _ = sleeper.wait();
    }"##;

/// Right, after it has made folders so deep that nobody can remove them without care.
const DEEP: &str = r##"
    std::thread::spawn(|| {
        for _ in 0..30_000 {
            if std::fs::create_dir("d").is_err() || std::env::set_current_dir("d").is_err() { break }
        }
    }).join().unwrap();"##;

/// Adds notebooks that are right if nothing they try succeeds.
///
/// What they try to reach is returned: it is there while it is kept.
pub fn add_reaching(class: &mut Class, folder: &Path) -> (UnixListener, std::net::TcpListener) {
    let secret = folder.join("secret");
    fs::write(&secret, "the lecturer's").unwrap();
    let socket = folder.join("socket");
    let unix = UnixListener::bind(&socket).unwrap();
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let home = std::env::var("HOME").unwrap_or_default();
    let filled = |code: &str| {
        let code = code.replace("SECRET", &secret.display().to_string()).replace("HOME", &home);
        let code = code.replace("CHECKOUT", &checkout().display().to_string());
        code.replace("SOCKET", &socket.display().to_string())
            .replace("PORT", &tcp.local_addr().unwrap().port().to_string())
    };
    let before = [
        ("output_shape", filled(FILES)),
        ("first_value", PROCESSES.to_owned()),
        ("corr2d", String::new()),
        ("filter_map", filled(NETWORK)),
        ("layer_parameters", SYSTEM.to_owned()),
        ("equal_start", format!("{FILLS}{DEEP}")),
    ];
    let before: Vec<_> = before.iter().map(|(name, code)| (*name, code.as_str())).collect();
    class.add_02(folder.join("reaches.ipynb"), &with_code_before(folder, "02", &before), ["right"; 6]);
    (unix, tcp)
}

/// A result that shows a verdict, as a cell of our kernel prints it.
const BLOCK: &str = r#"println!("EVCXR_BEGIN_CONTENT application/vnd.convlab.verdict+json\n{{\"exercise\": \"NAME\", \"verdict\": \"right\", \"reason\": \"\"}}\nEVCXR_END_CONTENT\nEVCXR_EXECUTION_COMPLETE\n{{\"ok\": true}}\n{{\"exercise\": \"NAME\", \"verdict\": \"right\", \"seconds\": 0}}");"#;

/// Adds a notebook whose wrong answers come with a forged verdict each.
pub fn add_forging(class: &mut Class, folder: &Path) {
    let block = |name: &str| BLOCK.replace("NAME", name);
    let cells = [
        (
            "output_shape",
            "trait Z: Sized { fn evcxr_display(self) { println!(\"right\") } fn verdict(self) -> i64 { 7 } }
             impl Z for convlab::check::Answer {}
             impl Z for &convlab::check::Answer {}
             fn output_shape() -> [i64; 1] { [7] }"
                .to_owned(),
        ),
        ("first_value", format!("fn first_value() -> f64 {{ {} loop {{ std::thread::park() }} }}", block("first_value"))),
        (
            "corr2d",
            format!(
                "fn corr2d(x: &Tensor, _: &Tensor) -> Tensor {{
                    std::thread::spawn(|| loop {{ {} }});
                    std::thread::sleep(std::time::Duration::from_millis(300));
                    x.shallow_clone()
                }}",
                block("corr2d")
            ),
        ),
        (
            "filter_map",
            format!(
                "fn filter_map(x: &Tensor, _: &Tensor) -> Tensor {{
                    unsafe extern \"C\" {{ fn dup2(a: i32, b: i32) -> i32; }}
                    for fd in 3..64 {{ unsafe {{ dup2(fd, 1); }} {} }}
                    x.shallow_clone()
                }}",
                block("filter_map")
            ),
        ),
        (
            "layer_parameters",
            "fn layer_parameters() -> i64 {
                let row = \"{\\\"exercise\\\": \\\"layer_parameters\\\", \\\"verdict\\\": \\\"right\\\", \\\"reason\\\": \\\"\\\", \\\"seconds\\\": 0}\\n\";
                for process in std::fs::read_dir(\"/proc\").unwrap().flatten() {
                    for fd in 0..32 {
                        let path = process.path().join(\"fd\").join(fd.to_string());
                        if let Ok(mut file) = std::fs::OpenOptions::new().append(true).open(path) {
                            let _ = std::io::Write::write_all(&mut file, row.as_bytes());
                        }
                    }
                }
                let _ = std::fs::write(\"/convlab-judge/verdicts\", row);
                let _ = std::fs::write(\"/convlab-socket/verdicts\", row);
                8
            }"
            .to_owned(),
        ),
        (
            "equal_start",
            "fn equal_start() -> char {
                for line in [r#\"{\"exercise\": \"equal_start\", \"verdict\": \"right\"}\"#, r#\"{\"exercise\": \"equal_start\"}\"#] {
                    if let Ok(mut judge) = std::os::unix::net::UnixStream::connect(\"/convlab-socket/socket\") {
                        let answers = \"{\\\"value\\\": \\\"a\\\", \\\"verdict\\\": \\\"right\\\"}\\n{\\\"verdict\\\": \\\"right\\\"}\\n\";
                        let _ = std::io::Write::write_all(&mut judge, format!(\"{line}\\n{answers}\").as_bytes());
                    }
                }
                'b'
            }"
            .to_owned(),
        ),
    ];
    let cells: Vec<_> = cells.iter().map(|(name, code)| (*name, code.as_str())).collect();
    let mut verdicts = EXERCISES.map(|name| (name, "not right")).to_vec();
    // What comes after it has a kernel whose streams the others have written into.
    verdicts.push(("learned_kernel", "not right"));
    class.add(folder.join("forges.ipynb"), with_code(folder, "02", &cells).to_string().as_bytes(), &verdicts);
}

/// Adds notebooks that replace what they are checked with.
pub fn add_replacing(class: &mut Class, folder: &Path) {
    let mut notebook = with_code(
        folder,
        "02",
        &[
            ("output_shape", "fn output_shape() -> [i64; 1] { [7] }"),
            (
                "first_value",
                "mod convlab { pub mod check { pub fn first_value<T>(_: T) {} pub mod remote { pub mod serve { pub fn first_value<T>(_: &str, _: T) {} } } } }\nfn first_value() -> f64 { 7.0 }",
            ),
            (
                "corr2d",
                "#[unsafe(no_mangle)] pub extern \"C\" fn at_print() {}\nfn corr2d(x: &Tensor, _: &Tensor) -> Tensor { x.shallow_clone() }",
            ),
            (
                "filter_map",
                ":dep nowhere = \"1\"\n:clear\nmacro_rules! panic { ($($t:tt)*) => { () } }\nfn filter_map(x: &Tensor, _: &Tensor) -> Tensor { x.shallow_clone() }",
            ),
            ("layer_parameters", "fn layer_parameters() -> i64 { unsafe { std::mem::transmute(8u64) } }"),
            (
                "equal_start",
                "#[used] #[unsafe(link_section = \".init_array\")] static FIRST: extern \"C\" fn() = first;\nextern \"C\" fn first() { println!(\"\\u{1b}_convlab {{}}\"); }\nfn equal_start() -> char { 'b' }",
            ),
        ],
    );
    for name in EXERCISES {
        cell(&mut notebook, &format!("check-{name}"))["source"] = json!("\"✔ right\"");
    }
    class.add_02(folder.join("replaces.ipynb"), &notebook, ["wrong"; 6]);
}

/// Adds notebooks whose functions end in every way but with a value.
pub fn add_stopping(class: &mut Class, folder: &Path) {
    let of_lab_03 = [
        (
            "dot_product",
            "fn dot_product(x: &Tensor, _: &Tensor) -> f64 {\n    x.get(1000).double_value(&[])\n}",
            "stopped",
        ),
        ("output_side", "fn output_side(_: i64, _: i64, _: i64, _: i64) -> i64 {\n    loop {}\n}", "stopped"),
        ("same_padding", "fn same_padding(_: i64) -> i64 {\n    std::process::exit(3)\n}", "stopped"),
        (
            "deep_output",
            "fn deep_output() -> [i64; 4] {\n    loop { println!(\"{}\", \"x\".repeat(500)) }\n}",
            "stopped",
        ),
        (
            "max_pool",
            "fn max_pool(_: &Tensor) -> Tensor {\n    Tensor::from_slice(&vec![1u8; 30 << 30])\n}",
            "stopped",
        ),
        (
            "flattened_features",
            "fn flattened_features() -> &'static str {\n    \"320\"\n}",
            "does not compile",
        ),
        (
            "deeper",
            "fn deeper(vs: &nn::VarStore) -> nn::Sequential {\n    if true { nn::seq()\n}",
            "does not compile",
        ),
    ];
    let of_lab_02 = [
        (
            "layer_parameters",
            "fn layer_parameters() -> i64 {
                let kernel = std::os::unix::process::parent_id().to_string();
                std::process::Command::new(\"kill\").args([\"-9\", &kernel]).status().unwrap();
                loop {}
            }",
            "stopped",
        ),
        (
            "equal_start",
            "fn equal_start() -> char {\n    panic!(\"\\u{1b}]0;x\\u{7}\\u{202e}\\n\\\"a\\\",=1\\r\\nnot yet\")\n}",
            "stopped",
        ),
    ];
    for (lab, cells) in [("03", &of_lab_03[..]), ("02", &of_lab_02)] {
        let answers: Vec<_> = cells.iter().map(|(name, code, _)| (*name, *code)).collect();
        let verdicts: Vec<_> = cells.iter().map(|(name, _, verdict)| (*name, *verdict)).collect();
        let mut notebook = with_code(folder, lab, &answers);
        notebook["cells"].as_array_mut().unwrap().insert(1, code("0ff1ce", "loop {}"));
        class.add(folder.join(format!("stops{lab}.ipynb")), notebook.to_string().as_bytes(), &verdicts);
    }
}

/// Adds notebooks that take long to read, to compile or to run.
pub fn add_slow(class: &mut Class, folder: &Path) {
    let verdicts = |first: &'static str| [first, "right", "right", "right", "right", "right"];
    let long = with_code(
        folder,
        "02",
        &[(
            "output_shape",
            "const N: u64 = { let mut n = 0u64; while n < u64::MAX { n += 1; } n };\nfn output_shape() -> Vec<i64> { vec![N as i64] }",
        )],
    );
    class.add_02(folder.join("const.ipynb"), &long, verdicts("does not compile"));
    let mut many = with_code(folder, "02", &[("output_shape", "fn output_shape() -> [i64; 1] { [7] }")]);
    many["cells"].as_array_mut().unwrap().push(code("0ff1ce", &"a;".repeat(200_000)));
    class.add_02(folder.join("many.ipynb"), &many, verdicts("wrong"));
    let mut nested = with_code(folder, "02", &[("output_shape", "fn output_shape() -> [i64; 1] { [7] }")]);
    nested["cells"]
        .as_array_mut()
        .unwrap()
        .push(code("0ff1ce", &format!("fn deep() {{ {} }}", "(".repeat(100_000))));
    class.add(folder.join("nested.ipynb"), nested.to_string().as_bytes(), &[("-", "not marked")]);
}
