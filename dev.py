"""Sets up the project's own environment from its lock files, then runs a verb.

Only the standard library, and syntax that an old Python can read, so that a wrong version is told in one
plain line.
"""

import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
LOCKS = {
    "app": ["app.lock", "build.lock"],
    "dev": ["dev.lock"],
    "site": ["dev.lock", "docs.lock"],
}
PLAIN = {
    "bench": ["python", "-m", "bench"],
    "security": ["python", "-m", "tools.security"],
    "interop": ["pytest", "-m", "interop", "-s", "tests/interop"],
}


def stop(line):  # type: (str) -> None
    sys.stderr.write("dev.py: " + line + "\n")
    raise SystemExit(2)


def set_up(kind):  # type: (str) -> None
    """Make .venv hold what the lock files of `kind` name. Does nothing when it does already."""
    files = [os.path.join(ROOT, "requirements", name) for name in LOCKS[kind]]
    wanted = _fingerprint([*files, os.path.join(ROOT, "pyproject.toml")])
    mark = os.path.join(VENV, "common-ground-" + kind)
    if os.path.exists(PYTHON) and _read(mark) == wanted:
        return
    _make_venv()
    sys.stderr.write("Installing what the lock file names. This happens once and takes about a minute.\n")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"]
    arguments = [part for name in files for part in ("-r", name)]
    if subprocess.call([*pip, "--require-hashes", *arguments]) != 0:
        stop("the packages could not be installed: is a package index reachable? The lines above say more.")
    if subprocess.call([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT]) != 0:
        stop("the app itself could not be installed. The lines above say more.")
    with open(mark, "w") as file:
        file.write(wanted)


def _make_venv():  # type: () -> None
    check_pip = [PYTHON, "-m", "pip", "--version"]
    if os.path.exists(PYTHON) and subprocess.call(check_pip, stdout=subprocess.DEVNULL) == 0:
        return
    try:
        import venv

        venv.EnvBuilder(with_pip=True, clear=True).create(VENV)
    except (ImportError, subprocess.CalledProcessError):
        version = "python%d.%d" % sys.version_info[:2]
        stop("this Python cannot make environments. On Debian or Ubuntu: apt install " + version + "-venv")


def _fingerprint(files):  # type: (list[str]) -> str
    digest = hashlib.sha256(sys.version.encode())
    for name in files:
        with open(name, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def _read(name):  # type: (str) -> str
    try:
        with open(name) as file:
            return file.read()
    except OSError:
        return ""


def run(*command):  # type: (*str) -> None
    """Run one command of the environment in the project's folder; stop with its exit status if it fails."""
    try:
        status = subprocess.call([os.path.join(BIN, command[0]), *command[1:]], cwd=ROOT)
    except KeyboardInterrupt:
        status = 130
    if status != 0:
        raise SystemExit(status)


def main(arguments):  # type: (list[str]) -> None
    if sys.version_info < (3, 11):
        stop("Python 3.11 or newer is needed; this is %d.%d." % sys.version_info[:2])
    verb, rest = (arguments[0] if arguments else ""), arguments[1:]
    if verb == "setup":
        set_up("dev")
    elif verb == "demo":
        if not os.path.exists(os.path.join(VENV, "common-ground-dev")):
            set_up("app")
        else:
            set_up("dev")
        run("smartapp", "demo", *rest)
    elif verb == "test":
        set_up("dev")
        run("pytest", "-n", "auto", *rest)  # a process for each core; the last -n counts
    elif verb == "check":
        set_up("dev")
        run("ruff", "format", "--check", ".")
        run("ruff", "check", ".")
        run("mypy")
        run("lint-imports")
        run("smartapp", "content", "check")
    elif verb in PLAIN:
        set_up("dev")
        run(*PLAIN[verb], *rest)
    elif verb == "sbom":
        set_up("dev")
        run("python", "-m", "tools.sbom", *(rest or ["dist/sbom.cdx.json"]))
    elif verb == "site":
        set_up("site")
        run("python", "-m", "tools.site", *rest)
    else:
        stop("say one of: setup, demo, test, check, bench, security, interop, sbom, site")


if __name__ == "__main__":
    main(sys.argv[1:])
