"""Stops a cell in many ways, and after each runs one that trains: it has to find all as if nothing had been.

python stops.py KERNEL HELPER    the folder of the crate that labs load
"""

import queue
import sys
import time

from jupyter_client.manager import KernelManager

# Each way: the cell, the name of its error (None: it ends well), and whether it is interrupted.
WAYS = {
    "a panic": ('panic!("stop");', "Panic", False),
    "a panic inside no_grad": ('tch::no_grad(|| -> () { panic!("stop") });', "Panic", False),
    "a panic while a guard of no_grad lives": ('let _guard = tch::no_grad_guard(); panic!("stop");', "Panic", False),
    "libtorch's objection inside no_grad": ("let _y = tch::no_grad(|| x.matmul(&x));", "Panic", False),
    "an index inside no_grad": ("let _y = tch::no_grad(|| kept[7]);", "Panic", False),
    "a failing `?`": ('let _n: i64 = "x".parse()?;', "Error", False),
    "a failing `?` out of no_grad": ('let _n = tch::no_grad(|| "x".parse::<i64>())?;', "Error", False),
    "a failing `?` while a guard of no_grad lives": (
        'let _guard = tch::no_grad_guard(); let _n: i64 = "x".parse()?;',
        "Error",
        False,
    ),
    "an error of types": ('let n: u8 = "x";', "Error", False),
    "an error in a loop": ("for n in [1, 2] { n.nothing(); }", "Error", False),
    "a thread's panic": ('let _ = std::thread::spawn(|| panic!("stop")).join().is_err();', None, False),
    "a thread's panic that is passed on": ('std::thread::spawn(|| panic!("stop")).join().unwrap();', "Panic", False),
    "a panic inside no_grad that the cell catches": (
        'let _ = std::panic::catch_unwind(|| tch::no_grad(|| panic!("stop"))).is_err();',
        None,
        False,
    ),
    "a panic inside no_grad in a check": (
        'let _ = check::sevens(|| tch::no_grad(|| -> Tensor { panic!("stop") }));',
        None,
        False,
    ),
    "a panic below a hook of the cell's own": ('std::panic::set_hook(Box::new(|_| {})); panic!("stop");', "Panic", False),
    "a panic after half a line": ('print!("half"); panic!("stop");', "Panic", False),
    "a panic within a result": ('println!("EVCXR_BEGIN_CONTENT text/plain"); panic!("stop");', "Panic", False),
    "a panic where the interrupt is ignored": (
        'unsafe extern "C" { fn signal(number: i32, what: usize) -> usize; }\nunsafe { signal(2, 1) }; panic!("stop");',
        "Panic",
        False,
    ),
    "an interrupted loop": ("loop {}", "Interrupted", True),
    "an interrupted while inside no_grad": (
        "tch::no_grad(|| { let mut n = 0u64; while n < u64::MAX { n += 1 } });",
        "Interrupted",
        True,
    ),
    "an interrupted for in a closure": (
        "{ let sum = |end: u64| { let mut sum = 0u64; for n in 0..end { sum ^= n } sum }; sum(u64::MAX); }",
        "Interrupted",
        True,
    ),
    "an interrupted sleep": ("std::thread::sleep(std::time::Duration::from_secs(3600));", "Interrupted", True),
    "an interrupted training": (
        "for _ in train::steps(100_000) { std::thread::sleep(std::time::Duration::from_millis(20)); }",
        "Interrupted",
        True,
    ),
    "an interrupted read": ("let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;", "Interrupted", True),
}

TRAINS = """{
let vs = nn::VarStore::new(Device::Cpu);
let net = nn::linear(vs.root(), 2, 1, Default::default());
let mut opt = nn::Sgd::default().build(&vs, 0.1)?;
let ones = Tensor::ones([1, 2], (Kind::Float, Device::Cpu));
let before = net.ws.copy();
let mut steps = 0;
for _ in train::steps(3) {
    let loss = (net.forward(&ones) - 1).square().mean(Kind::Float);
    opt.backward_step(&loss);
    steps += 1;
}
println!("trained {} in {steps} steps, {} kept", before != net.ws, kept.len());
}"""
TRAINED = "trained true in 3 steps, 2 kept\n"


class Kernel:
    def __init__(self, name):
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def run(self, code, interrupt=False):
        """The error's name, what went to stdout, and the seconds from the interrupt to the end.

        The interrupt comes when nothing else does, or after so many seconds."""
        ident = self.client.execute(code, allow_stdin=bool(interrupt))
        printed, name, asked, ends = "", None, None, time.monotonic() + 120
        if interrupt and interrupt is not True:
            time.sleep(interrupt)
            asked = time.monotonic()
            self.manager.interrupt_kernel()
        while time.monotonic() < ends:
            try:
                message = self.client.get_iopub_msg(timeout=1.5)
            except queue.Empty:
                # Compiled, and running: nothing comes by itself.
                if interrupt and asked is None:
                    asked = time.monotonic()
                    self.manager.interrupt_kernel()
                continue
            kind, content = message["msg_type"], message["content"]
            assert message["parent_header"].get("msg_id") == ident, f"output of another cell: {content}"
            if kind == "stream" and content["name"] == "stdout":
                printed += content["text"]
            elif kind == "error":
                name = content["ename"]
            elif kind == "update_display_data" and interrupt and asked is None:
                asked = time.monotonic()
                self.manager.interrupt_kernel()
            elif kind == "status" and content["execution_state"] == "idle":
                return name, printed, asked and time.monotonic() - asked
        raise AssertionError(f"the cell does not end: {code}")

    def trains(self):
        name, printed, _ = self.run(TRAINS)
        assert (name, printed) == (None, TRAINED), (name, printed)


def main():
    kernel = Kernel(sys.argv[1])
    faults = []
    try:
        kernel.run(f':dep convlab = {{ path = "{sys.argv[2]}" }}\nuse convlab::prelude::*;')
        kernel.run("let kept = vec![1, 2];\nlet x = Tensor::ones([2, 3], (Kind::Float, Device::Cpu));")
        kernel.trains()
        for way, (code, expected, interrupt) in WAYS.items():
            try:
                name, _, seconds = kernel.run(code, interrupt)
                assert name == expected, f"ended as {name}"
                # Signals and messages take their time on a busy machine; an endless loop would take for ever.
                assert seconds is None or seconds < 10, f"ended after {seconds:.1f} s"
                kernel.trains()
                print(f"{way}: well" + (f", ended after {seconds:.2f} s" if seconds else ""), flush=True)
            except AssertionError as fault:
                faults.append(way)
                print(f"{way}: {fault}", flush=True)
        # One that comes between cells is nobody's.
        kernel.manager.interrupt_kernel()
        time.sleep(0.2)
        kernel.trains()
        # One that comes while types are looked up or the compiler runs ends the cell all the same.
        for pause in [0.05, 0.2, 0.4, 0.8]:
            name, _, _ = kernel.run(f"loop {{ std::hint::black_box({time.time_ns()}u64); }}", interrupt=pause)
            assert name == "Interrupted", name
            kernel.trains()
    finally:
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel(now=True)
    assert not faults, faults
    print(f"all of {len(WAYS)} ways are well")


main()
