//! In place of rustc, for cargo: puts the files of a unit that a bundle holds where rustc would have written them, and
//! calls rustc for all others. Cargo's own hash names a unit: of the crate, its version, features, settings and compiler.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

/// The folder of the bundle; with it this program is cargo's wrapper of rustc.
pub const VARIABLE: &str = "CONVLAB_BUNDLE";

/// What stand for paths in what a build script has said.
pub const OUT: &str = "{convlab:out}";
pub const LIBTORCH: &str = "{convlab:libtorch}";

/// Does what cargo wants of its wrapper, if this process is one.
pub fn replay() -> Option<ExitCode> {
    let bundle = PathBuf::from(env::var_os(VARIABLE)?);
    let mut words = env::args_os().skip(1);
    let program = words.next().filter(|program| is_rustc(program))?;
    let arguments: Vec<OsString> = words.collect();
    if put(&bundle, &arguments).is_some_and(|put| put.is_ok()) {
        return Some(ExitCode::SUCCESS);
    }
    let status = Command::new(program).args(arguments).status();
    let code = status.ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    Some(ExitCode::from(code.unwrap_or(1)))
}

fn is_rustc(program: &OsStr) -> bool {
    Path::new(program).file_stem().is_some_and(|name| name == "rustc")
}

/// Copies the files of the unit that these arguments compile; `None` if the bundle has none.
fn put(bundle: &Path, arguments: &[OsString]) -> Option<io::Result<()>> {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    let after = |name: &str| Some(words.get(words.iter().position(|word| word == name)? + 1)?.to_string());
    let extra = words.iter().find_map(|word| word.strip_prefix("extra-filename="))?;
    let name = format!("{}{extra}", after("--crate-name")?);
    let unit = bundle.join("units").join(&name);
    let source = words.iter().find(|word| word.ends_with(".rs"))?;
    let out = PathBuf::from(after("--out-dir")?);
    unit.is_dir().then(|| {
        let made =
            fs::read_dir(&unit)?.map(|entry| copy(&entry?.path(), &out)).collect::<io::Result<Vec<_>>>()?;
        if name.starts_with("build_script_") {
            made.iter().try_for_each(|program| recorded(program))?;
        }
        // Cargo reads there what the unit was made of.
        fs::write(out.join(format!("{name}.d")), format!("{name}: {source}\n"))?;
        for path in made.iter().filter(|path| path.extension().is_some_and(|ext| ext == "rmeta")) {
            let message =
                serde_json::json!({"$message_type": "artifact", "artifact": path, "emit": "metadata"});
            writeln!(io::stderr(), "{message}")?;
        }
        Ok(())
    })
}

/// Copies a file; it is new, since cargo goes by times.
fn copy(from: &Path, folder: &Path) -> io::Result<PathBuf> {
    let to = folder.join(from.file_name().unwrap_or_default());
    fs::copy(from, &to)?;
    File::options().write(true).open(&to)?.set_modified(SystemTime::now())?;
    Ok(to)
}

/// Puts a script in the place of a build script: it says what the build script has said elsewhere and lays down what it
/// has made there, if the bundle has that; else it runs the build script itself.
#[cfg(unix)]
fn recorded(program: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let real = program.with_extension("real");
    fs::rename(program, &real)?;
    let quoted = |path: &Path| format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"));
    let lines = [
        "#!/bin/sh".to_owned(),
        format!("run=\"${VARIABLE}/runs/$(basename \"$(dirname \"$OUT_DIR\")\")\""),
        format!("[ -n \"${VARIABLE}\" ] && [ -d \"$run\" ] || exec {} \"$@\"", quoted(&real)),
        "cp -R \"$run/out/.\" \"$OUT_DIR\" &&".to_owned(),
        format!("exec sed -e \"s|{OUT}|$OUT_DIR|g\" -e \"s|{LIBTORCH}|$LIBTORCH|g\" \"$run/output\""),
    ];
    let script: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    fs::write(program, script)?;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn recorded(_program: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(out: &Path) -> Vec<OsString> {
        let out = out.to_str().unwrap();
        let words =
            ["--crate-name", "a", "src/lib.rs", "--out-dir", out, "-C", "extra-filename=-0123456789abcdef"];
        words.into_iter().map(OsString::from).collect()
    }

    #[test]
    fn a_unit_that_the_bundle_holds_is_put_where_rustc_would_write_it_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let (bundle, out) = (dir.path().join("bundle"), dir.path().join("out"));
        fs::create_dir(&out).unwrap();
        assert!(put(&bundle, &call(&out)).is_none());
        let unit = bundle.join("units/a-0123456789abcdef");
        fs::create_dir_all(&unit).unwrap();
        fs::write(unit.join("liba-0123456789abcdef.rmeta"), "metadata").unwrap();
        put(&bundle, &call(&out)).unwrap().unwrap();
        assert_eq!(fs::read_to_string(out.join("liba-0123456789abcdef.rmeta")).unwrap(), "metadata");
        let list = fs::read_to_string(out.join("a-0123456789abcdef.d")).unwrap();
        assert_eq!(list, "a-0123456789abcdef: src/lib.rs\n");
    }

    #[test]
    #[cfg(unix)]
    fn a_build_script_says_what_it_said_elsewhere_with_this_machines_paths_and_runs_where_nothing_is_known() {
        let dir = tempfile::tempdir().unwrap();
        let (program, bundle) = (dir.path().join("build_script_build-00"), dir.path().join("bundle"));
        fs::write(&program, "").unwrap();
        let written = "printf '#!/bin/sh\\necho real\\n' > \"$1\" && chmod 755 \"$1\"";
        assert!(Command::new("sh").args(["-c", written, "sh"]).arg(&program).status().unwrap().success());
        recorded(&program).unwrap();
        let run = |name: &str| {
            let out = dir.path().join(name).join("out");
            fs::create_dir_all(&out).unwrap();
            let mut command = Command::new("/bin/sh");
            command
                .arg(&program)
                .env("OUT_DIR", &out)
                .env("LIBTORCH", "/opt/lib torch")
                .env(VARIABLE, &bundle);
            (String::from_utf8(command.output().unwrap().stdout).unwrap(), out)
        };
        assert_eq!(run("tch-1").0, "real\n");
        fs::create_dir_all(bundle.join("runs/tch-1/out")).unwrap();
        fs::write(bundle.join("runs/tch-1/out/libtch.a"), "objects").unwrap();
        fs::write(bundle.join("runs/tch-1/output"), format!("cargo:a={OUT}\ncargo:b={LIBTORCH}/lib\n"))
            .unwrap();
        let (said, out) = run("tch-1");
        assert_eq!(said, format!("cargo:a={}\ncargo:b=/opt/lib torch/lib\n", out.display()));
        assert_eq!(fs::read_to_string(out.join("libtch.a")).unwrap(), "objects");
    }
}
