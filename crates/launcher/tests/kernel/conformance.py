"""Runs the Jupyter project's own tests for kernels against the labs' kernel.

python conformance.py KERNEL
"""

import sys
import unittest

import jupyter_kernel_test

MARKED = 'println!("\\u{1b}_convlab {}", r#"%s"#);'


class Convlab(jupyter_kernel_test.KernelTests):
    kernel_name = sys.argv[1]
    language_name = "rust"
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("not good");'
    completion_samples = [{"text": "let words = std::collections::BTreeM", "matches": {"BTreeMap"}}]
    complete_code_samples = ["1 + 2", "fn one() -> i32 { 1 }"]
    incomplete_code_samples = ["fn one() -> i32 {", "let pair = (1,"]
    code_generate_error = 'panic!("on purpose");'
    # The history on disk holds other kernels' cells too: these are nobody else's.
    code_execute_result = [{"code": "1 + 2 + 0x0", "result": "3"}, {"code": '"two"', "result": '"two"'}]
    code_display_data = [
        {"code": MARKED % '{"type": "display_data", "data": {"text/html": "<b>1</b>"}}', "mime": "text/html"}
    ]
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1 ? 2*0x0"
    code_inspect_sample = "std::collections::BTreeMap"
    code_clear_output = MARKED % '{"type": "clear_output", "wait": false}'


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
