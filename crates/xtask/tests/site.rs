//! The course's pages: what they show of a lab, and that no link in them leads nowhere.

use launcher::dirs::Dirs;
use launcher::prepare;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The prepared Python, or `None` where nothing is prepared.
fn python() -> Option<PathBuf> {
    if env::var_os("CONVLAB_PREPARED").is_none() {
        println!("skipped: not prepared");
        return None;
    }
    Some(prepare::prepared(&Dirs::find().unwrap()).unwrap().python)
}

/// Both streams of a program.
fn output_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Builds the pages of one lab with this text in its second section.
fn build(python: &Path, site: &Path, text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let [labs, lectures, reveal] = ["labs", "lectures", "reveal"].map(|name| folder.path().join(name));
    for folder in [&labs, &lectures, &site.join("notebooks"), &site.join("api/convlab"), &reveal.join("dist")]
    {
        fs::create_dir_all(folder).unwrap();
    }
    fs::create_dir_all(reveal.join("plugin/notes")).unwrap();
    for file in ["dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js"] {
        fs::write(reveal.join(file), "").unwrap();
    }
    fs::write(site.join("api/convlab/index.html"), "").unwrap();
    fs::write(site.join("notebooks/02_by_hand.ipynb"), "").unwrap();
    fs::write(site.join("notebooks/schedule.md"), "# Schedule\n\n## 02 · By hand\n\n45 minutes\n").unwrap();
    fs::write(labs.join("02_by_hand.ipynb"), executed(text).to_string()).unwrap();
    // What was not asked for, and is no lab at all.
    fs::write(
        labs.join("03_changed.ipynb"),
        json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}).to_string(),
    )
    .unwrap();
    fs::write(labs.join("mine.ipynb"), "{").unwrap();
    fs::write(lectures.join("02_by_hand.ipynb"), lecture(text).to_string()).unwrap();
    Command::new(python)
        .arg(checkout().join("crates/xtask/site/build.py"))
        .args([&labs, &lectures, site, &reveal])
        .arg(r#"{"image": "course:1", "repository": "owner/name", "labs": ["02_by_hand"]}"#)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap()
}

fn executed(text: &str) -> Value {
    let code = |id: &str, source: &str, html: &str| {
        json!({"cell_type": "code", "id": id, "metadata": {}, "execution_count": 1, "source": source, "outputs": [
            {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/html": html, "text/plain": "plain"}},
        ]})
    };
    let words = |id: &str, source: &str, metadata: Value| json!({"cell_type": "markdown", "id": id, "source": source, "metadata": metadata});
    let answer = "fn one() -> i64 {\n    // BEGIN SOLUTION\n    1\n    // END SOLUTION\n}";
    json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "rust"}}, "cells": [
        words("title", "# 02 · By hand\n\n45 minutes\n\nBy the end you can\n\n- count", json!({})),
        words("head", &format!("## One\n\n{text}"), json!({"convlab": {"minutes": 45, "notes": "Ask first."}})),
        code("one", answer, "<style>.convlab-steps { max-width: 9px }</style><i>drawn</i><svg><text>1.5</text></svg>words"),
        code("check-one", "check::one(one)", "right"),
        json!({"cell_type": "code", "id": "grey", "metadata": {}, "execution_count": 3, "source": "x", "outputs": [
            {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["\u{1b}[38;5;246m4 <\u{1b}[0m"]},
        ]}),
        words("aside", "Only for the lecturer.", json!({"tags": ["lecturer"]})),
    ]})
}

/// The same lab as the lecture's edition has it: each cell on a slide of its own, and a note behind the heading.
fn lecture(text: &str) -> Value {
    let mut notebook = executed(text);
    let cells = notebook["cells"].as_array_mut().unwrap();
    for cell in cells.iter_mut() {
        let kind = if cell["metadata"]["tags"].is_null() { "slide" } else { "notes" };
        cell["metadata"]["slideshow"] = json!({"slide_type": kind});
    }
    let notes = json!({"slideshow": {"slide_type": "notes"}});
    cells.insert(
        2,
        json!({"cell_type": "markdown", "id": "head-note", "metadata": notes, "source": "Ask first."}),
    );
    notebook
}

#[test]
fn a_page_shows_outputs_and_starters_and_the_slides_hold_the_speakers_notes() {
    let Some(python) = python() else { return };
    let site = tempfile::tempdir().unwrap();
    let output = build(&python, site.path(), "Text.");
    assert!(output.status.success(), "{}", output_of(&output));
    let read = |name: &str| fs::read_to_string(site.path().join(name)).unwrap();

    let page = read("labs/02_by_hand.html");
    assert!(page.contains("<i>drawn</i>"), "the figure is drawn");
    let (starter, solution) = page.split_once("<summary>One solution</summary>").unwrap();
    assert!(starter.contains("todo!"));
    assert!(!solution.contains("todo!") && !page.contains("BEGIN SOLUTION"));
    assert!(!page.contains("Ask first.") && !page.contains("Only for the lecturer."));
    assert!(
        page.contains(">4 &lt;</pre>"),
        "an error's colours are the page's, which can be read in both themes"
    );
    assert!(page.contains("my-labs course:1"), "the line that runs the container");

    let slides = read("slides/02_by_hand.html");
    let parts: Vec<_> = slides.split(r#"<aside class="notes">"#).collect();
    let notes: Vec<_> = parts[1..].iter().map(|part| part.split("</aside>").next().unwrap()).collect();
    assert!(
        notes.len() == 2 && notes[0].contains("Ask first.") && notes[1].contains("Only for the lecturer.")
    );
    assert!(
        slides.contains("<i>drawn</i>") && slides.contains("todo!"),
        "outputs and starters as on the page"
    );

    let index = read("index.html");
    assert!(index.contains("45 minutes · 1 exercise"), "{index}");
    assert!(
        page.contains("<h2 id=\"one\">One</h2>") && page.contains("<a href=\"#one\">One</a>"),
        "contents"
    );
    let search = read("search-index.js");
    assert!(search.contains("labs/02_by_hand.html#one") && index.contains("search.html"));
    assert!(search.contains("drawn") && search.contains("words"), "{search}");
    assert!(
        !search.contains("max-width") && !search.contains("1.5"),
        "no style and no numbers of a drawing: {search}"
    );
    assert!(!read("lecturers.html").contains("¶"), "headings of the schedule have no link to themselves");
    assert_eq!(
        fs::read_dir(site.path().join("labs")).unwrap().count(),
        1,
        "only the labs that were asked for"
    );
    assert!(index.contains("<li>count</li>") && index.contains("/gh/owner/name/HEAD"));
}

#[test]
fn a_link_that_leads_nowhere_fails_the_site_with_the_page_that_has_it() {
    let Some(python) = python() else { return };
    let site = tempfile::tempdir().unwrap();
    let output = build(&python, site.path(), "[Next](03_gone.html), and [here](#nowhere).");
    assert!(!output.status.success());
    let output = output_of(&output);
    for link in ["03_gone.html", "#nowhere"] {
        assert!(output.contains(&format!("labs/02_by_hand.html: the link {link} leads nowhere")), "{output}");
    }
}

#[test]
fn every_path_that_the_readmes_link_to_is_there() {
    for name in
        ["README.md", "CONTRIBUTING.md", "crates/README.md", "notebooks/README.md", "deploy/README.md"]
    {
        let path = checkout().join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap();
            assert!(path.parent().unwrap().join(file).exists(), "{name}: the link {link} leads nowhere");
        }
    }
}
