//! The player of `show::steps` in a real browser. Ignored unless asked for, since learners and CI need no browser:
//! `cargo test -p convlab --test player -- --ignored`, with `chromium` on the path or another one in `BROWSER`.

use convlab::prelude::*;
use std::process::Command;

/// Drives the figure as a person does and writes down what stands below it, and its output map.
const DRIVER: &str = r##"<pre id="states"></pre><script>
const figure = document.querySelector(".convlab-steps");
const [back, play, step] = figure.querySelectorAll("button");
const slider = figure.querySelector(".cl-slider");
const key = (key) => figure.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const shown = [...figure.querySelectorAll(".cl-output > text")].map((text) => () =>
  text.style.visibility === "hidden" ? "-" : text.textContent);
const report = (what) => { document.querySelector("#states").textContent +=
  `${what}: ${figure.querySelector(".cl-step").textContent.split(":")[0]} | ${shown.map((cell) => cell()).join(" ")}\n`; };
figure.dispatchEvent(new FocusEvent("focusin", { bubbles: true })); report("first");
step.click(); report("step");
key("ArrowRight"); report("right");
back.click(); report("back");
key("ArrowLeft"); key("ArrowLeft"); report("left");
slider.value = 2; slider.oninput(); report("slider");
key("End"); report("end");
play.click(); report("play");
setTimeout(() => { report("played"); document.title = "done"; }, 20000);
</script>"##;

#[test]
#[ignore = "needs a browser"]
fn it_steps_goes_back_slides_and_plays_and_its_last_map_is_that_of_conv2d() {
    let x = Tensor::from_slice2(&[[1f32, 0., 1., 0.], [0., 1., 0., 2.], [1., 0., 1., 0.], [0., 3., 0., 1.]]);
    let k = Tensor::from_slice2(&[[1f32, 0., 1.], [0., 1., 0.], [1., 0., 1.]]);
    let map = x.view([1, 1, 4, 4]).conv2d(&k.view([1, 1, 3, 3]), None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1);
    let map: Vec<String> =
        Vec::<f32>::try_from(map.flatten(0, -1)).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(map, ["5", "0", "0", "8"]); // worked by hand
    let message = in_browser(&show::steps(&x, &k, Default::default()).unwrap().html());
    let filled = |count: usize| [&map[..count], &vec!["-".to_owned(); 4 - count]].concat().join(" ");
    for (what, step) in [
        ("first", 1),
        ("step", 2),
        ("right", 3),
        ("back", 2),
        ("left", 1),
        ("slider", 3),
        ("end", 4),
        ("play", 1),
        ("played", 4),
    ] {
        let line = format!("{what}: Step {step} of 4 | {}\n", filled(step));
        assert!(message.contains(&line), "{line}is missing in\n{message}");
    }
}

/// The page with the figure and the driver, as it stands when twenty seconds have passed in it.
fn in_browser(figure: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("page.html");
    std::fs::write(&page, format!("<!doctype html><meta charset=\"utf-8\">{figure}{DRIVER}")).unwrap();
    let browser = std::env::var_os("BROWSER").unwrap_or_else(|| "chromium".into());
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=30000",
        "--dump-dom",
    ]);
    let data = format!("--user-data-dir={}", dir.path().join("profile").display());
    let output = command.arg(data).arg(format!("file://{}", page.display())).output().unwrap();
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let message = page.split_once("<pre id=\"states\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    message.map_or(page.clone(), |(message, _)| message.to_owned())
}
