//! The real `tensorboard` reads what `train::SummaryWriter` writes.

use convlab::prelude::*;
use std::process::Command;

/// Prints every scalar as `tag step value`, as TensorBoard's own reader finds it.
const READER: &str = "
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
for tag in events.Tags()['scalars']:
    for event in events.Scalars(tag):
        print(tag, event.step, event.value)
";

#[test]
fn tensorboard_reads_every_scalar_back() {
    let python = std::env::var("CONVLAB_TEST_PYTHON").unwrap_or_default();
    let has = |module: &str| {
        let import = Command::new(&python).args(["-c", &format!("import {module}")]).output();
        import.is_ok_and(|output| output.status.success())
    };
    if !has("tensorboard") {
        println!("skipped: no tensorboard");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs/first");
    let mut writer = train::SummaryWriter::new(&run).unwrap();
    for step in 1..=300 {
        writer.add_scalar("loss/train", 1.0 / step as f64, step).unwrap();
    }
    writer.add_scalar("accuracy", 0.5, 1_000_000_000_000).unwrap();
    let output = Command::new(&python).args(["-c", READER]).arg(&run).output().unwrap();
    let message = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<_> = message.lines().collect();
    assert_eq!(lines.len(), 301);
    assert_eq!(lines[1], "loss/train 2 0.5");
    assert_eq!(lines[249], "loss/train 250 0.004000000189989805"); // the 32-bit number nearest to 1/250
    assert_eq!(lines[300], "accuracy 1000000000000 0.5");
}

#[test]
fn a_history_is_written_with_its_losses() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = train::History::default();
    history.losses = vec![2.5, 1.5];
    history.write_tensorboard(dir.path().join("run")).unwrap();
    let file = std::fs::read_dir(dir.path().join("run")).unwrap().next().unwrap().unwrap();
    let bytes = std::fs::read(file.path()).unwrap();
    assert_eq!(bytes.windows(10).filter(|part| part == b"loss/train").count(), 2);
}
