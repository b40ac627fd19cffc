"""Talks to the labs' kernel as Jupyter's own client does, politely and not, and looks at every message.

python messages.py KERNEL HELPER    the folder of the crate that labs load
"""

import os
import signal
import subprocess
import sys
import time

from jupyter_client.manager import KernelManager

MARK = '\\u{1b}_convlab '
DISPLAY = MARK + '{\\"type\\":\\"%s\\",\\"id\\":\\"d\\",\\"data\\":{\\"text/plain\\":\\"%s\\"}}'


class Kernel:
    def __init__(self, name):
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        begun = time.monotonic()
        self.client.wait_for_ready(timeout=120)
        self.ready = time.monotonic() - begun

    def run(self, code, seconds=120, **options):
        """The reply's content and the outputs as (type, text), in order, those of other cells marked."""
        outputs = []
        parents = []

        def hook(message):
            kind, content = message["msg_type"], message["content"]
            parents.append(message["parent_header"].get("msg_id"))
            if kind == "stream":
                if not (outputs and outputs[-1][0] == content["name"]):
                    outputs.append((content["name"], []))
                outputs[-1][1].append(content["text"])
            elif kind in ("display_data", "update_display_data", "execute_result"):
                outputs.append((kind, content["data"]["text/plain"]))
            elif kind == "clear_output":
                outputs.append((kind, content["wait"]))
            elif kind == "error":
                outputs.append((kind, content["ename"]))

        reply = self.client.execute_interactive(code, timeout=seconds, output_hook=hook, **options)
        assert all(parent == reply["parent_header"]["msg_id"] for parent in parents), "output of another cell"
        joined = [(kind, "".join(text) if isinstance(text, list) else text) for kind, text in outputs]
        return reply["content"], joined

    def fails(self, code, name, seconds=120):
        reply, outputs = self.run(code, seconds)
        assert reply["status"] == "error" and reply["ename"] == name, (reply, outputs)
        assert outputs[-1] == ("error", name), outputs
        return reply

    def fine(self, code, *expected):
        reply, outputs = self.run(code)
        assert reply["status"] == "ok", reply
        assert outputs == list(expected), outputs
        return reply

    def interrupted(self, code, pauses):
        """The reply's content for a cell that is interrupted after each of the pauses, in seconds."""
        ident = self.client.execute(code)
        for pause in pauses:
            time.sleep(pause)
            self.manager.interrupt_kernel()
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == ident:
                break
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == ident and message["content"].get("execution_state") == "idle":
                break
        assert reply["content"].get("ename") == "Interrupted", reply["content"]
        return reply["content"]["evalue"]

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def outputs_keep_their_order(kernel):
    shown = "; ".join(
        ['println!("one")', f'println!("{DISPLAY % ("update_display_data", "a")}")', 'println!("two")']
        + [f'println!("{DISPLAY % ("update_display_data", "b")}")', f'println!("{MARK}{{}}", r#"{{"type":"clear_output"}}"#)']
    )
    kernel.fine(
        shown.replace('{\\"', '{{\\"').replace('\\"}}")', '\\"}}}}")') + ";",
        ("stdout", "one\n"),
        ("display_data", "a"),
        ("stdout", "two\n"),
        ("update_display_data", "b"),
        ("clear_output", False),
    )
    half = f'println!("{MARK}{{{{\\"type\\"");'
    kernel.fine(half, ("stdout", '\x1b_convlab {"type"\n'))


def much_output_arrives_whole(kernel):
    reply, outputs = kernel.run('for n in 0..1_000_000 { println!("{n:0>99}"); }', 600)
    assert reply["status"] == "ok"
    name, text = outputs[0]
    assert name == "stdout" and len(text) == 100_000_000, (name, len(text))
    assert text.endswith("999999\n") and text.startswith("0" * 99)
    code = f'println!("{MARK}{{{{\\"type\\":\\"display_data\\",\\"data\\":{{{{\\"text/plain\\":\\"{{}}\\"}}}}}}}}", "x".repeat(20_000_000));'
    reply, outputs = kernel.run(code, 300)
    assert [(kind, len(text)) for kind, text in outputs] == [("display_data", 20_000_000)]


def errors_are_errors(kernel):
    kernel.fine("let kept = vec![1, 2, 3];")
    reply = kernel.fails('let n: i32 = "three".parse()?;', "Error")
    assert reply["evalue"] == "invalid digit found in string", reply
    reply = kernel.fails("let x = kept[7];", "Panic")
    assert "the len is 3 but the index is 7" in reply["evalue"], reply
    reply = kernel.fails('let n: u8 = "three";', "Error")
    assert "mismatched types" in reply["evalue"], reply
    # Whoever has seen the error may go on at once.
    for _ in range(30):
        kernel.fails("let x = kept[7];", "Panic")
        kernel.fine("kept.len()", ("execute_result", "3"))


def an_error_names_the_learners_lines(kernel):
    kernel.fine("fn third(xs: &[i32]) -> i32 {\n    xs[2]\n}\nfn twice(xs: &[i32]) -> i32 {\n    2 * third(xs)\n}")
    count = kernel.fine("let zero: i32 = 0; zero", ("execute_result", "0"))["execution_count"]
    reply = kernel.fails("let short = vec![1, 2];\nlet _sum = twice(&short);", "Panic")
    assert [line.strip() for line in reply["traceback"][1:]] == [
        f"in cell [{count - 1}], line 2:  xs[2]",
        f"in cell [{count - 1}], line 5:  2 * third(xs)",
        f"in cell [{count + 1}], line 2:  let _sum = twice(&short);",
    ], reply["traceback"]
    reply = kernel.fails('let word = "x";\n\nlet n: i32 = word.parse()?;', "Error")
    assert reply["traceback"][1:] == [f"  in cell [{count + 2}], line 3:  let n: i32 = word.parse()?;"], reply


def a_cell_that_ends_its_process_is_told(kernel):
    for code, told in [
        ("let nowhere = 8 as *mut u8; unsafe { nowhere.write_volatile(1) };", "signal: 11"),
        ("std::process::exit(3);", "exit status: 3"),
    ]:
        reply = kernel.fails(code, "Kernel")
        assert told in reply["evalue"] and "all variables are gone" in reply["evalue"], reply
        kernel.fine("let again: i32 = 1; again", ("execute_result", "1"))
    bytes_ = 'use std::io::Write; std::io::stdout().write_all(b"\\xff\\xfe\\n").unwrap(); println!("rest");'
    kernel.fine(bytes_, ("stdout", "\ufffd\ufffd\nrest\n"))
    kernel.fine("2 + 3", ("execute_result", "5"))


def a_cell_that_closes_its_streams_takes_them_from_no_other(kernel):
    close = 'unsafe extern "C" { fn close(file: i32) -> i32; } unsafe { close(0); close(1); close(2); }'
    kernel.fine(close + ' println!("to nobody");')
    kernel.fine('println!("x"); eprintln!("y"); 2', ("stdout", "x\n"), ("stderr", "y\n"), ("execute_result", "2"))


def threads_that_print_later_print_below_the_cell_that_runs(kernel):
    kernel.fine('std::thread::spawn(|| { std::thread::sleep(std::time::Duration::from_millis(400)); println!("late"); });')
    kernel.fine("std::thread::sleep(std::time::Duration::from_secs(3));", ("stdout", "late\n"))


def interrupts(kernel):
    kernel.fine("let kept = 7;")

    told = kernel.interrupted("std::thread::sleep(std::time::Duration::from_secs(8));", [3])
    assert "by you" in told, told
    kernel.fine("kept", ("execute_result", "7"))
    line = 'let v: Vec<String> = (0..%d).map(|i| format!("{i} %d")).collect(); println!("{}", v.len());'
    many = "\n".join(line % (n, time.time_ns()) for n in range(1500))
    told = kernel.interrupted("{\n" + many + "\n}", [3])
    assert "while it was compiled" in told, told
    kernel.fine("kept", ("execute_result", "7"))
    told = kernel.interrupted("loop { std::thread::yield_now() }", [3])
    assert "by you" in told, told
    kernel.fine("kept", ("execute_result", "7"))
    waits = "let (_sender, receiver) = std::sync::mpsc::channel::<i32>(); let _ = receiver.recv();"
    told = kernel.interrupted(waits, [3, 1])
    assert "variables are gone" in told, told
    kernel.fine("1 + 2", ("execute_result", "3"))


def a_loop_shows_a_bar_and_stops_between_two_steps(kernel):
    kernel.fine(f':dep convlab = {{ path = "{sys.argv[2]}" }}\nuse convlab::prelude::*;')
    pause = "std::thread::sleep(std::time::Duration::from_millis(50));"
    reply, outputs = kernel.run(f"for _ in train::steps(40) {{ {pause} }}")
    assert reply["status"] == "ok", reply
    assert outputs[0][0] == "display_data" and "of 40 steps" in outputs[0][1], outputs
    assert {kind for kind, _ in outputs[1:]} == {"update_display_data"}, outputs
    assert 5 <= len(outputs) <= 20 and "40 of 40 steps" in outputs[-1][1], outputs
    kernel.fine("let mut done = 0i64;")
    told = kernel.interrupted(f"for step in train::steps(1000) {{ done = step; {pause} }}", [4])
    assert "is kept" in told, told
    kernel.fine("done > 0 && done < 1000", ("execute_result", "true"))


def what_waits_behind_an_error_is_not_run(kernel):
    ids = [kernel.client.execute(code) for code in ["let n: i32 = \"x\".parse()?;"] + ["1"] * 200]
    replies = [kernel.client.get_shell_msg(timeout=120) for _ in ids]
    assert [reply["parent_header"]["msg_id"] for reply in replies] == ids
    states = [reply["content"]["status"] for reply in replies]
    assert states[0] == "error" and set(states[1:]) == {"aborted"}, states
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") == ids[-1] and message["content"].get("execution_state") == "idle":
            break
    kernel.fine("4", ("execute_result", "4"))


def what_is_looked_up_does_not_wait_for_a_cell(kernel):
    ident = kernel.client.execute("std::thread::sleep(std::time::Duration::from_secs(6));")
    time.sleep(1)
    begun = time.monotonic()
    kernel.client.complete("std::ve", 7, reply=True, timeout=30)
    kernel.client.kernel_info(reply=True, timeout=30)
    assert time.monotonic() - begun < 5
    while kernel.client.get_shell_msg(timeout=60)["parent_header"]["msg_id"] != ident:
        pass
    reply = kernel.client.complete("let words = std::vec::Ve", 24, reply=True, timeout=60)["content"]
    assert reply["status"] == "ok" and reply["cursor_start"] <= 24, reply


def a_client_that_leaves_does_not_stop_the_kernel(kernel):
    other = kernel.manager.client()
    other.start_channels()
    other.execute('println!("for nobody");')
    other.stop_channels()
    kernel.fine("5", ("execute_result", "5"))


def ends(pid):
    """Whether the process is gone within ten seconds."""
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}") or " Z " in open(f"/proc/{pid}/stat").read():
            return True
        time.sleep(0.1)
    return False


def a_kernel_whose_jupyter_is_killed_ends(name):
    code = (
        "from jupyter_client.manager import KernelManager; import time; m = KernelManager(kernel_name='%s');"
        "m.start_kernel(); print(m.provisioner.process.pid, flush=True); time.sleep(60)"
    )
    jupyter = subprocess.Popen([sys.executable, "-c", code % name], stdout=subprocess.PIPE, text=True)
    pid = int(jupyter.stdout.readline())
    time.sleep(1)
    assert os.path.exists(f"/proc/{pid}")
    jupyter.kill()
    jupyter.wait()
    assert ends(pid), "the kernel is still there"


def nothing_is_left(kernel):
    pid = kernel.manager.provisioner.process.pid
    reply, outputs = kernel.run('println!("{} {}", std::process::id(), std::env::var("EVCXR_TMPDIR").unwrap());')
    child, folder = outputs[0][1].split()
    kernel.client.execute("loop {}")
    time.sleep(3)
    os.kill(pid, signal.SIGKILL)
    assert ends(child), "the learner's process is still there"
    return folder


def the_first_cell_shows_what_it_waits_for(kernel):
    reply, outputs = kernel.run("1 + 1")
    assert reply["status"] == "ok" and reply["execution_count"] == 1, reply
    kinds = [kind for kind, _ in outputs]
    waited = kinds.index("clear_output")
    assert waited > 0 and "gets ready" in outputs[0][1], outputs
    assert outputs[waited + 1 :] == [("execute_result", "2")], outputs


def comm(kernel, kind, waits=True, **content):
    """Sends a comm's message; what the kernel answers between busy and idle, unless it `waits` not: then the message's id."""
    message = kernel.client.session.msg(kind, content)
    kernel.client.shell_channel.send(message)
    return answers(kernel, message["header"]["msg_id"]) if waits else message["header"]["msg_id"]


def answers(kernel, ident):
    found = []
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") == ident:
            found.append((message["msg_type"], message["content"]))
            if message["content"].get("execution_state") == "idle":
                break
    states = [content["execution_state"] for kind, content in found if kind == "status"]
    assert states == ["busy", "idle"] and found[0][0] == found[-1][0] == "status", found
    return [(kind, content.get("data")) for kind, content in found[1:-1]]


def view(kernel, code):
    """The id of the view that a cell shows."""
    found = []

    def hook(message):
        data = message["content"].get("data", {})
        found.extend(view["id"] for mime, view in data.items() if mime == "application/vnd.convlab.view+json")

    reply = kernel.client.execute_interactive(code, timeout=120, output_hook=hook)
    assert reply["content"]["status"] == "ok" and len(found) == 1, (reply["content"], found)
    return found[0]


def views_answer_between_cells(kernel):
    crate = sys.argv[2]
    reply, _ = kernel.run(f':dep convlab = {{ path = "{crate}" }}\nuse convlab::prelude::*;')
    assert reply["status"] == "ok", reply
    kernel.fine("let mut calls = 0; let mine = String::from(\"x\");")
    code = """interact::slider("n", 0..=1000, move |n: i64| {
        calls += 1;
        println!("printed {mine}");
        match n { 7 => panic!("seven"), 8 => std::process::exit(0), _ => format!("{n} in call {calls}") }
    })?"""
    ident = view(kernel, code)
    opened = lambda comm_id, view: comm(kernel, "comm_open", comm_id=comm_id, target_name="convlab.view", data={"id": view})
    send = lambda n, waits=True: comm(kernel, "comm_msg", waits, comm_id="a", data={"seq": n, "values": [n]})
    assert opened("a", ident) == []
    parts = lambda text: [{"svg": None, "text": text}, {"svg": None, "text": "printed x"}]
    assert send(5) == [("comm_msg", {"seq": 5, "answer": parts("5 in call 2")})]
    [(_, panicked)] = send(7)
    assert "seven" in panicked["error"] and panicked["seq"] == 7, panicked
    assert send(1001) == [("comm_msg", {"seq": 1001, "error": "There are no such values."})]
    # Of what waits behind a cell the newest is answered.
    kernel.client.execute("std::thread::sleep(std::time::Duration::from_millis(1500)); panic!()")
    waiting = [send(n, waits=False) for n in range(100, 200)]
    found = [answers(kernel, ident) for ident in waiting]
    assert found[:-1] == [[]] * 99 and found[-1] == [("comm_msg", {"seq": 199, "answer": parts("199 in call 4")})], found
    assert opened("b", "nobody") == [("comm_close", {})]
    assert comm(kernel, "comm_open", comm_id="c", target_name="jupyter.widget", data={}) == [("comm_close", {})]
    assert comm(kernel, "comm_msg", comm_id="none", data={}) == [("comm_close", {})]
    kernel.client.comm_info()
    while True:
        reply = kernel.client.get_shell_msg(timeout=60)
        if reply["msg_type"] == "comm_info_reply":
            break
    assert reply["content"]["comms"] == {"a": {"target_name": "convlab.view"}}, reply
    [(_, ended)] = send(8)
    assert "has ended" in ended["error"], ended
    kernel.run("1 + 1")
    assert send(9) == [("comm_close", {})]
    kernel.fine("2 + 2", ("execute_result", "4"))


def main():
    kernel = Kernel(sys.argv[1])
    print(f"ready in {kernel.ready:.1f} s", flush=True)
    tests = [
        the_first_cell_shows_what_it_waits_for,
        outputs_keep_their_order,
        errors_are_errors,
        an_error_names_the_learners_lines,
        a_cell_that_ends_its_process_is_told,
        a_cell_that_closes_its_streams_takes_them_from_no_other,
        threads_that_print_later_print_below_the_cell_that_runs,
        interrupts,
        a_loop_shows_a_bar_and_stops_between_two_steps,
        what_waits_behind_an_error_is_not_run,
        what_is_looked_up_does_not_wait_for_a_cell,
        a_client_that_leaves_does_not_stop_the_kernel,
        much_output_arrives_whole,
        views_answer_between_cells,
    ]
    try:
        for test in tests:
            begun = time.monotonic()
            test(kernel)
            print(f"{test.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
        a_kernel_whose_jupyter_is_killed_ends(sys.argv[1])
        folder = os.path.dirname(nothing_is_left(kernel))
        # The next kernel sweeps what a killed one has left.
        kernel = Kernel(sys.argv[1])
        assert not os.path.exists(folder), folder
    finally:
        kernel.end()
    print("all is well")


main()
