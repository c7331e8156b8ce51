"""The command line: one URL to open, keys to make, faults told by file and line."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from smartapp.cli import main
from smartapp.sandbox.vendors import MANNERS

ROOT = Path(__file__).parent.parent


def free_ports() -> tuple[int, int]:
    sockets = [socket.socket() for _ in range(2)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    first, second = (one.getsockname()[1] for one in sockets)
    for one in sockets:
        one.close()
    return first, second


@pytest.fixture
def command() -> list[str]:
    return [sys.executable, "-m", "smartapp"]


def test_demo_prints_one_url_that_answers_and_stops_when_told(command: list[str], tmp_path: Path) -> None:
    port, ehr_port = free_ports()
    chart = tmp_path / "own.json"
    chart.write_text(
        json.dumps(
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [
                    {"resource": {"resourceType": "Patient", "id": "own", "name": [{"family": "Loaded"}]}}
                ],
            }
        )
    )
    arguments = ["demo", "--port", str(port), "--ehr-port", str(ehr_port), "--bundle", str(chart)]
    running = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert running.stdout is not None

    line = running.stdout.readline()
    with urllib.request.urlopen(f"{line.split()[-1]}?patient=own", timeout=10) as answer:
        page = answer.read().decode()
    running.send_signal(signal.SIGTERM)

    assert line == f"Open http://127.0.0.1:{ehr_port}/\n"
    assert "Loaded" in page
    assert running.wait(timeout=20) == 0
    assert running.stdout.read() == ""
    running.stdout.close()


def test_demo_behaves_like_the_ehr_that_is_asked_for(command: list[str]) -> None:
    port, ehr_port = free_ports()
    arguments = ["demo", "--port", str(port), "--ehr-port", str(ehr_port), "--ehr", "epic"]
    running = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert running.stdout is not None

    url = running.stdout.readline().split()[-1]
    with urllib.request.urlopen(url, timeout=10) as answer:
        page = answer.read().decode()
    with urllib.request.urlopen(f"{url}fhir/metadata", timeout=10) as answer:
        statement = json.load(answer)
    running.send_signal(signal.SIGTERM)
    running.wait(timeout=20)
    running.stdout.close()

    goals = next(one for one in statement["rest"][0]["resource"] if one["type"] == "Goal")
    assert "This one behaves like Epic: it takes notes, no goals." in page
    assert [one["code"] for one in goals["interaction"]] == ["read", "search-type"]


def test_demo_of_an_ehr_that_it_does_not_know_names_those_that_it_does() -> None:
    result = CliRunner().invoke(main, ["demo", "--ehr", "epik"])

    assert result.exit_code == 2
    assert all(name in result.output for name in MANNERS)


def test_taken_port_is_told_in_one_line(command: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*command, "demo", "--port", port], capture_output=True, text=True, check=False, cwd=ROOT
        )

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in done.stderr


def test_bundle_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")

    result = CliRunner().invoke(main, ["demo", str(broken)])

    assert result.exit_code == 2
    assert "broken.json" in result.output


def test_serve_tells_every_missing_setting_at_once() -> None:
    result = CliRunner().invoke(main, ["serve"], env={"SMARTAPP_LAUNCH_CONFIG": "/nowhere"})

    assert result.exit_code == 2
    assert "SMARTAPP_BASE_URL" in result.output
    assert "SMARTAPP_SECRET_KEYS" in result.output
    assert "SMARTAPP_LAUNCH_CONFIG" in result.output


def test_serve_answers_with_the_shipped_launch_config(command: list[str], tmp_path: Path) -> None:
    port, _ = free_ports()
    environ = {
        **os.environ,
        "SMARTAPP_BASE_URL": f"http://127.0.0.1:{port}",
        "SMARTAPP_SECRET_KEYS": base64.b64encode(os.urandom(32)).decode(),
        "SMARTAPP_LAUNCH_CONFIG": str(ROOT / "launch_config"),
        "SMARTAPP_DATA_DIR": str(tmp_path),
    }
    running = subprocess.Popen(
        [*command, "serve", "--port", str(port)], stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environ
    )
    assert running.stderr is not None

    lines: list[str] = []
    while not any("Serving" in line for line in lines):
        lines.append(running.stderr.readline())
        assert lines[-1], f"the app stopped: {lines}"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        status = answer.status
    running.send_signal(signal.SIGTERM)

    assert status == 200
    assert running.wait(timeout=20) == 0
    running.stderr.close()


@pytest.mark.parametrize("alg", ["ES384", "RS384"])
def test_new_key_is_a_private_jwk_for_its_algorithm(alg: str) -> None:
    result = CliRunner().invoke(main, ["keys", "new", "--alg", alg])

    key = json.loads(result.output)
    assert key["alg"] == alg
    assert "d" in key
    assert key["kid"]


def test_secret_is_a_key_that_the_settings_take() -> None:
    result = CliRunner().invoke(main, ["keys", "secret"])

    assert len(base64.b64decode(result.output)) == 32


def test_check_prints_what_a_launch_file_comes_to() -> None:
    result = CliRunner().invoke(main, ["check", str(ROOT / "launch_config" / "demo.toml")])

    assert result.exit_code == 0
    assert "Demo EHR" in result.output
    assert "    Goal, then a note (DocumentReference), then text to copy\n" in result.output


def test_check_explains_a_misspelt_key_by_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = (ROOT / "launch_config" / "demo.toml").read_text().replace("label =", "lable =")
    file.write_text(text)

    result = CliRunner().invoke(main, ["check", str(file)])

    line = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith("lable"))
    assert result.exit_code == 2
    assert f"mine.toml:{line}: " in result.output
    assert "label" in result.output


def test_shipped_content_has_no_fault() -> None:
    result = CliRunner().invoke(main, ["content", "check"])

    assert result.exit_code == 0
    assert "no fault" in result.output


def test_content_check_explains_a_fault_of_a_site_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "questions.toml").write_text('[[question]]\nid = "ours"\ntext = "You must tell us."\n')

    result = CliRunner().invoke(main, ["content", "check", str(tmp_path)])

    assert result.exit_code == 2
    assert "questions.toml:" in result.output
