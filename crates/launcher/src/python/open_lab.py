"""Runs JupyterLab until it is stopped, then removes the folders of kernels that had to be killed.

python open_lab.py KERNEL_PROGRAM KERNELS NOTEBOOK [ARGUMENT OF JUPYTERLAB ...]

NOTEBOOK is opened first; it may be empty.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.parse

from jupyterlab.labapp import LabApp
from jupyterlab_server.workspaces_handler import WorkspacesManager
from tornado.ioloop import IOLoop

kernel, kernels, notebook, *arguments = sys.argv[1:]
page = f"lab/tree/{urllib.parse.quote(notebook)}" if notebook else "lab"
arguments += [
    # On the port that was looked for and no other.
    "--ServerApp.port_retries=0",
    # One Ctrl-C stops it; two in the midst of the question would leave kernels behind.
    "--ServerApp.answer_yes=True",
    # Nobody else is asked for news or updates, and no kernel of another Python is offered.
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--KernelSpecManager.ensure_native_kernel=False",
    f"--LabApp.default_url=/{page}",
    # A login shell would forget the PATH on which tensorboard and cargo are.
    f"--ServerApp.terminado_settings={{'shell_command': [{os.environ.get('SHELL') or shutil.which('bash') or 'sh'!r}]}}",
    "--Application.log_level=WARN",
]
# What the learner sets in JupyterLab itself comes before these.
settings = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
    # In its place there is room for the labs' whole names.
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},
    # A line of code that is longer than the window goes on in the next.
    "@jupyterlab/notebook-extension:tracker": {"codeCellConfig": {"lineWrap": True}},
}
folder = os.path.join(os.environ["JUPYTER_CONFIG_DIR"], "labconfig")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "default_setting_overrides.json"), "w", encoding="utf-8") as file:
    json.dump(settings, file)
# Until the learner arranges the page otherwise, the list of files is wide enough for the labs' names.
workspaces = WorkspacesManager(os.environ["JUPYTERLAB_WORKSPACES_DIR"])
if not workspaces.list_workspaces():
    files = {"collapsed": False, "current": "filebrowser", "visible": True, "widgets": ["filebrowser"]}
    layout = {"main": {"dock": None}, "left": files, "relativeSizes": [0.28, 0.72, 0]}
    workspaces.save("default", json.dumps({"data": {"layout-restorer:data": layout}, "metadata": {"id": "default"}}))
# `cargo lab` removes no Python environment whose list of packages is locked; one of conda's has no such list.
with contextlib.suppress(ImportError, FileNotFoundError):
    import fcntl

    in_use = open(os.path.join(sys.prefix, "requirements.txt"), encoding="utf-8")
    fcntl.flock(in_use, fcntl.LOCK_SH)
# On a terminal JupyterLab handles Ctrl-C itself; elsewhere an interrupt would end it before its kernels.
signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def link(server):
    """The one link to open; a token that the user gave (JUPYTER_TOKEN) is not shown."""
    users = server.identity_provider
    token = users.token
    secret = f"?token={token}" if users.token_generated else ""
    # JupyterLab's own message has three links, two of them of no use in a container.
    users.token_generated = False
    return f"http://127.0.0.1:{server.port}{server.base_url}{page}{secret}"


try:
    server = LabApp.initialize_server(arguments)
    IOLoop.current().add_callback(print, f"Open {link(server)}", file=sys.stderr, flush=True)
    server.start()
finally:
    subprocess.run([kernel, "--sweep", kernels], check=False)
