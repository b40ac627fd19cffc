use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One call of rustc, as cargo makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct RustcArgs {
    pub arguments: Vec<String>,
    /// What cargo adds to the environment.
    pub environment: Vec<(String, String)>,
}

impl RustcArgs {
    /// The call with these arguments that cargo makes this moment.
    pub fn new(arguments: Vec<String>) -> Self {
        let environment = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("CARGO_") || LIBRARIES.contains(&name.as_str()))
            .collect();
        Self { arguments, environment }
    }

    /// What [`Call::to_text`] made.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(|(arguments, environment)| Self { arguments, environment })
    }

    pub fn to_text(&self) -> String {
        serde_json::json!([self.arguments, self.environment]).to_string()
    }

    pub fn command(&self, toolchain: &Path) -> Command {
        let mut command = Command::new(toolchain.join("bin/rustc"));
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The value of an option that cargo writes as two arguments, `--crate-name ctx`.
    pub fn option(&self, name: &str) -> Option<&str> {
        let at = self.arguments.iter().position(|argument| argument == name)?;
        self.arguments.get(at + 1).map(String::as_str)
    }

    pub fn crate_name(&self) -> Option<&str> {
        self.option("--crate-name")
    }

    /// Whether it makes a program or library, and not only metadata.
    pub fn links(&self) -> bool {
        self.arguments.iter().any(|argument| argument.starts_with("--emit=") && argument.contains("link"))
    }

    /// Whether the code is optimised at all.
    pub fn is_optimised(&self) -> bool {
        self.arguments.iter().any(|argument| argument.starts_with("opt-level=") && argument != "opt-level=0")
    }

    /// The shared library that it makes of the crate of this name.
    pub fn library(&self, name: &str) -> PathBuf {
        let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
        self.out_dir().join(format!("{prefix}{name}{suffix}"))
    }

    pub fn out_dir(&self) -> PathBuf {
        self.option("--out-dir").unwrap_or(".").into()
    }

    /// The names and paths of what a crate names in its code.
    pub fn dependencies(&self) -> impl Iterator<Item = (&str, &str)> {
        let externs = self.arguments.windows(2).filter(|pair| pair[0] == "--extern");
        externs.filter_map(|pair| pair[1].split_once('='))
    }

    /// With what another call names and finds: its crates, and where libraries lie.
    pub fn with_libraries_of(mut self, other: &Self) -> Self {
        for pair in other.arguments.windows(2).filter(|pair| ["--extern", "-L"].contains(&pair[0].as_str())) {
            if !self.arguments.windows(2).any(|own| own == pair) {
                self.arguments.extend_from_slice(pair);
            }
        }
        self
    }

    /// With another value for `-C name=…`, or without it.
    pub fn with_code_option(mut self, name: &str, value: Option<&str>) -> Self {
        let start = format!("{name}=");
        if let Some(at) = self.arguments.iter().position(|argument| argument.starts_with(&start)) {
            match value {
                Some(value) => self.arguments[at] = start + value,
                None => drop(self.arguments.drain(at - 1..=at)),
            }
        }
        self
    }

    /// As cargo would call at this level of optimisation; optimised code may use what all processors of the last ten
    /// years have, where this one has it.
    ///
    /// The level is by name, as in `opt-level = 3` of a manifest.
    pub fn with_opt_level(self, level: &str) -> Self {
        let own = ["opt-level", "debug-assertions", "target-cpu"];
        let mut call = own.iter().fold(self, |call, name| call.with_code_option(name, None));
        if level != "0" {
            let options = [format!("opt-level={level}"), "debug-assertions=on".to_owned()];
            call.arguments
                .extend(options.into_iter().chain(processor()).flat_map(|option| ["-C".to_owned(), option]));
        }
        call
    }

    /// As cells are compiled: without what only helps to compile the same crate once more, under one name in all
    /// kernels, so that a variable's type stays the same whoever compiled the cell, and with the numbers of its lines,
    /// so that it can tell in which it stopped.
    pub fn for_cell(self) -> Self {
        let mut call = self.with_code_option("incremental", None).with_code_option("strip", None);
        call.arguments.push("-Cdebuginfo=line-tables-only".to_owned());
        call.with_code_option("metadata", Some("convlab-cell"))
    }

    /// Looks for errors and makes nothing but metadata.
    pub fn checking(self) -> Self {
        let mut call = self;
        for argument in call.arguments.iter_mut().filter(|argument| argument.starts_with("--emit=")) {
            *argument = "--emit=metadata".to_owned();
        }
        call
    }

    /// Whether what was compiled depends on no other file and no environment, as the list that rustc wrote tells.
    pub fn reads_only_the_cell(&self) -> bool {
        let list =
            std::fs::read_to_string(self.out_dir().join(format!("{}.d", crate::evcxr_contract::CELL_CRATE)));
        list.is_ok_and(|list| {
            let mut files = list.lines().filter_map(|line| Some(line.split_once(": ")?.1));
            !list.contains("# env-dep:") && files.all(|files| files == "src/lib.rs")
        })
    }
}

/// The option for the instructions of this processor beyond those that all of its kind have. By the name of a level, so
/// that a cell from the store runs wherever it is found.
fn processor() -> Option<String> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("fma")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("lzcnt")
        && std::arch::is_x86_feature_detected!("movbe")
        && std::arch::is_x86_feature_detected!("f16c")
    {
        return Some("target-cpu=x86-64-v3".to_owned());
    }
    None
}

/// Where the loader looks for what a procedural macro needs.
const LIBRARIES: [&str; 2] = ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: &str) -> RustcArgs {
        RustcArgs { arguments: arguments.split(' ').map(str::to_owned).collect(), environment: Vec::new() }
    }

    #[test]
    fn options_are_read_and_changed() {
        let cargos =
            call("--crate-name ctx --emit=dep-info,link -C metadata=ab -C incremental=/i --out-dir /o");
        assert_eq!(cargos.crate_name(), Some("ctx"));
        assert!(cargos.links() && !cargos.clone().checking().links());
        let cell = cargos.for_cell();
        let wanted = "--crate-name ctx --emit=dep-info,link -C metadata=convlab-cell --out-dir /o \
                      -Cdebuginfo=line-tables-only";
        assert_eq!(cell, call(wanted));
        assert_eq!(cell.out_dir(), Path::new("/o"));
    }

    #[test]
    fn a_call_takes_over_what_another_one_links() {
        let one = call("--crate-name ctx -L dependency=/d --extern a=/a.rlib");
        let two = call("--crate-name ctx -C opt-level=3 -L dependency=/d -L native=/n --extern b=/b.rlib");
        assert_eq!(
            one.with_libraries_of(&two),
            call("--crate-name ctx -L dependency=/d --extern a=/a.rlib -L native=/n --extern b=/b.rlib")
        );
    }

    #[test]
    fn a_call_at_another_level_is_the_one_that_cargo_makes_there_but_for_the_processor() {
        let plain = call("--crate-name ctx --emit=dep-info,link -C metadata=ab --out-dir /o");
        let optimised = plain.clone().with_opt_level("3");
        assert!(optimised.is_optimised() && !plain.is_optimised());
        let cargos = call("-C opt-level=3 -C debug-assertions=on").arguments;
        assert_eq!(optimised.arguments[plain.arguments.len()..][..4], cargos);
        assert_eq!(optimised.clone().with_opt_level("3"), optimised);
        assert_eq!(
            call("-C opt-level=3 -C debug-assertions=on --out-dir /o").with_opt_level("0"),
            call("--out-dir /o")
        );
    }

    #[test]
    fn a_cell_that_reads_a_file_or_the_environment_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        let cell = call(&format!("--out-dir {}", dir.path().display()));
        let reads = |list: &str| {
            std::fs::write(dir.path().join("ctx.d"), list).unwrap();
            cell.reads_only_the_cell()
        };
        assert!(!cell.reads_only_the_cell(), "without a list nothing is known");
        assert!(reads("/o/ctx.d: src/lib.rs\n\n/o/libctx.so: src/lib.rs\n\nsrc/lib.rs:\n"));
        assert!(!reads("/o/ctx.d: src/lib.rs /home/me/words.txt\n\nsrc/lib.rs:\n/home/me/words.txt:\n"));
        assert!(!reads("/o/ctx.d: src/lib.rs\n\nsrc/lib.rs:\n\n# env-dep:HOME=/home/me\n"));
    }
}
