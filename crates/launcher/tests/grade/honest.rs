//! Right answers, written as learners write them.

use crate::class::{Class, EXERCISES, cell, code, notebook, source};
use serde_json::{Value, json};
use std::path::Path;

/// Changes the cell of an exercise, or others, and keeps the answer right.
type Style = fn(&mut Value, &str);

const STYLES: [Style; 12] = [
    // As the solution has it.
    |_, _| {},
    // Comments, documentation and attributes around it.
    |notebook, name| {
        around(
            notebook,
            name,
            "/* { /* \" */ ' */\n// it's {\n/// Mine: \"[2, 5]\n#[allow(unused)] // mine\n",
            " // } done",
        )
    },
    |notebook, name| around(notebook, name, "!ls\n", ""),
    |notebook, name| around(notebook, name, ":vars\n\n// text\n", "\nlet seen = '}';"),
    // A word in a comment, beside an older attempt in another cell.
    |notebook, name| {
        around(notebook, name, "// todo!() was here\n", "\n/* todo!() */");
        let old = source(cell(notebook, name)).replacen("{\n", "{\n    panic!(\"old\");\n", 1);
        push(notebook, &old);
    },
    // Moved to the end; its own cell still says `todo!()`.
    |notebook, name| {
        let answer = source(cell(notebook, name));
        let starter = answer.split("{\n").next().unwrap().to_owned() + "{\n    todo!()\n}";
        cell(notebook, name)["source"] = json!(starter);
        push(notebook, &answer);
    },
    // Split into two functions, the first below the second.
    |notebook, name| {
        let answer = source(cell(notebook, name));
        let (head, body) = answer.split_once("{\n").unwrap();
        let arguments = head.split_once('(').unwrap().1;
        let names: Vec<_> =
            arguments.split(')').next().unwrap().split(',').filter_map(|one| one.split(':').next()).collect();
        cell(notebook, name)["source"] = json!(format!("{head}{{ {name}_mine({}) }}", names.join(",")));
        push(notebook, &format!("{}{{\n{body}", head.replacen(name, &format!("{name}_mine"), 1)));
    },
    // Characters, texts and lifetimes that look like brackets and quotation marks.
    |notebook, name| {
        before(
            notebook,
            name,
            "let _ = ('{', '\\'', b'\"', \"}\\\"\", r#\"{\"}\"#, 'a'); fn id<'a>(x: &'a str) -> &'a str { x } let _ = id(\"//\");",
        )
    },
    |notebook, name| {
        around(
            notebook,
            name,
            "use std::collections::HashMap;\nconst MINE: i64 = 7;\nstruct Mine;\nimpl Mine { fn it() {} }\n",
            "",
        )
    },
    |notebook, name| before(notebook, name, "println!(\"here {}\", 7); eprintln!(\"\u{1b}[31mred\");"),
    // Windows' line ends, and a list of lines.
    |notebook, name| {
        let text = source(cell(notebook, name)).replace('\n', "\r\n");
        cell(notebook, name)["source"] = text.split_inclusive('\n').map(|line| json!(line)).collect();
    },
    // It was checked in its own cell.
    |notebook, name| around(notebook, name, "", &format!("\ncheck::{name}({name})")),
];

fn around(notebook: &mut Value, name: &str, before: &str, after: &str) {
    let cell = cell(notebook, name);
    cell["source"] = json!(format!("{before}{}{after}", source(cell)));
}

fn before(notebook: &mut Value, name: &str, code: &str) {
    let cell = cell(notebook, name);
    cell["source"] = json!(source(cell).replacen("{\n", &format!("{{\n    {code}\n"), 1));
}

fn push(notebook: &mut Value, source: &str) {
    notebook["cells"].as_array_mut().unwrap().push(code("0ff1ce", source));
}

/// Adds so many notebooks of lab 02, in which each exercise is solved in another style. In the first two every style is.
pub fn add(class: &mut Class, folder: &Path, count: usize) {
    for number in 0..count {
        let mut notebook = notebook(folder, "solution", "02");
        for (index, name) in EXERCISES.iter().enumerate() {
            STYLES[(index + 6 * number + number / 2) % STYLES.len()](&mut notebook, name);
        }
        notebook["metadata"]["more"] = json!("not a number");
        notebook["cells"]
            .as_array_mut()
            .unwrap()
            .insert(1, json!({"cell_type": "code", "source": {"a": [1]}}));
        let text = notebook.to_string().replace("\"not a number\"", "NaN");
        let verdicts: Vec<_> = EXERCISES.iter().map(|name| (*name, "right")).collect();
        class.add(
            folder.join(format!("good{number}.ipynb")),
            format!("\u{feff}{text}").as_bytes(),
            &verdicts,
        );
    }
}

/// Adds half done, wrong and changed notebooks of lab 02, ten of them.
pub fn add_half_done(class: &mut Class, folder: &Path, count: usize) {
    for number in 0..count {
        let (mut solved, mut half) = (notebook(folder, "solution", "02"), notebook(folder, "learner", "02"));
        let verdicts = std::array::from_fn(|index| {
            let done = number & (1 << (index % 3)) == 0;
            if done {
                *cell(&mut half, EXERCISES[index]) = cell(&mut solved, EXERCISES[index]).clone();
            }
            if done { "right" } else { "not attempted" }
        });
        // What `filter_map` calls may be still to do.
        let verdicts: [&str; 6] = verdicts;
        let mut verdicts = verdicts;
        if verdicts[3] == "right" && verdicts[2] != "right" {
            verdicts[3] = "not attempted";
        }
        class.add_02(folder.join(format!("half{number}.ipynb")), &half, verdicts);
    }
}
