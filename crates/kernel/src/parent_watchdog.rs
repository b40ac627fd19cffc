/// Ends this process when the one that needs it is gone: a kernel without the Jupyter that started it, and the process
/// that runs the learner's code without its kernel.
///
/// Who is killed cannot end them, and a cell that loops for ever would go on doing so. evcxr marks its process with
/// `EVCXR_IS_RUNTIME`; Jupyter tells its own number in `JPY_PARENT_PID`, unless the kernel is meant to outlive it.
pub fn end_with_the_parent() {
    #[cfg(unix)]
    {
        use std::os::unix::process::parent_id;
        let parent = parent_id();
        let jupyter = std::env::var("JPY_PARENT_PID").is_ok_and(|number| number == parent.to_string());
        if jupyter || std::env::var_os(crate::evcxr_contract::IS_RUNTIME).is_some() {
            std::thread::spawn(move || {
                while parent_id() == parent {
                    std::thread::sleep(std::time::Duration::from_secs(1));
                }
                std::process::exit(1);
            });
        }
    }
}
