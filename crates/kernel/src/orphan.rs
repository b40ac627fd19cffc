/// Ends the process that runs the learner's code when its kernel is gone.
///
/// A kernel that is killed cannot end it, and a cell that loops for ever would go on doing so. evcxr marks that
/// process with `EVCXR_IS_RUNTIME`; in any other this does nothing.
pub fn end_with_the_kernel() {
    #[cfg(unix)]
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        use std::os::unix::process::parent_id;
        let kernel = parent_id();
        std::thread::spawn(move || {
            while parent_id() == kernel {
                std::thread::sleep(std::time::Duration::from_secs(1));
            }
            std::process::exit(1);
        });
    }
}
