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


def test_key_is_written_for_its_owner_alone_and_never_over_another(tmp_path: Path) -> None:
    out = tmp_path / "epic.jwk"
    result = CliRunner().invoke(main, ["keys", "new", "--out", str(out)])
    first = out.read_text()
    again = CliRunner().invoke(main, ["keys", "new", "--out", str(out)])
    nowhere = CliRunner().invoke(main, ["keys", "new", "--out", str(tmp_path / "no" / "epic.jwk")])

    assert (result.exit_code, again.exit_code, nowhere.exit_code) == (0, 2, 2)
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(first)["kid"] in result.output
    assert json.loads(first)["d"] not in result.output
    assert "is there already" in again.output
    assert out.read_text() == first
    assert "cannot be written: No such file or directory" in nowhere.output


def test_key_is_followed_by_a_new_one_and_both_are_shown_without_their_secret(tmp_path: Path) -> None:
    out = tmp_path / "epic.jwk"
    CliRunner().invoke(main, ["keys", "new", "--out", str(out)])
    old = json.loads(out.read_text())

    rotated = CliRunner().invoke(main, ["keys", "rotate", str(out)])
    twice = CliRunner().invoke(main, ["keys", "rotate", str(out)])
    shown = CliRunner().invoke(main, ["keys", "jwks", str(out)])

    private = [key["d"] for key in json.loads(out.read_text())["keys"]]
    public = json.loads(shown.output)["keys"]
    assert (rotated.exit_code, twice.exit_code, shown.exit_code) == (0, 2, 0)
    assert f"The key {old['kid']} signs until then, and is published until" in rotated.output
    assert "a new key waits in it already" in twice.output
    assert len(private) == len(public) == 2
    assert public[1]["kid"] == old["kid"]
    assert not [secret for secret in private for told in (rotated, twice, shown) if secret in told.output]


def test_stolen_key_is_replaced_at_once(tmp_path: Path) -> None:
    out = tmp_path / "epic.jwk"
    CliRunner().invoke(main, ["keys", "new", "--out", str(out)])

    result = CliRunner().invoke(main, ["keys", "rotate", "--wait", "0", "--keep", "0", str(out)])

    assert "and signs from now" in result.output
    assert "is taken away" in result.output
    assert len(json.loads(out.read_text())["keys"]) == 1


def test_public_keys_of_several_files_are_one_set_and_odd_files_are_named(tmp_path: Path) -> None:
    files = [tmp_path / "a.jwk", tmp_path / "b.jwk"]
    for file, alg in zip(files, ("ES384", "RS384"), strict=True):
        CliRunner().invoke(main, ["keys", "new", "--alg", alg, "--out", str(file)])
    odd = tmp_path / "odd.jwk"
    odd.write_text('{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"}')

    ended = json.loads(files[0].read_text()) | {"kid": "ended", "exp": 1}
    files[0].write_text(json.dumps({"keys": [json.loads(files[0].read_text()), ended]}))
    both = CliRunner().invoke(main, ["keys", "jwks", *map(str, files)])
    refused = CliRunner().invoke(main, ["keys", "jwks", str(odd)])

    assert [key["alg"] for key in json.loads(both.output)["keys"]] == ["ES384", "RS384"]
    assert refused.exit_code == 2
    assert "c2VjcmV0" not in refused.output


def test_key_command_without_a_file_tells_where_the_database_is_sealed_again() -> None:
    result = CliRunner().invoke(main, ["keys", "rotate"])

    assert result.exit_code == 2
    assert "smartapp keys rotate FILE" in result.output
    assert "smartapp reseal" in result.output


def test_secret_is_a_key_that_the_settings_take() -> None:
    result = CliRunner().invoke(main, ["keys", "secret"])

    assert len(base64.b64decode(result.output)) == 32


def test_check_prints_what_a_launch_file_comes_to() -> None:
    result = CliRunner().invoke(main, ["check", str(ROOT / "launch_config" / "demo.toml")])

    assert result.exit_code == 0
    assert "Demo EHR" in result.output
    assert "    Goal, then a note (DocumentReference), then text to copy\n" in result.output


def test_check_reads_a_folder_and_files_and_ends_with_the_gravest(tmp_path: Path) -> None:
    text = (ROOT / "launch_config" / "demo.toml").read_text()
    warned = tmp_path / "warned.toml"
    warned.write_text(text.replace('"openid", ', ""))
    folder = str(ROOT / "launch_config")

    fine = CliRunner().invoke(main, ["check", folder, "--strict"])
    both = CliRunner().invoke(main, ["check", str(warned), "--strict", "--json"])

    assert (fine.exit_code, both.exit_code) == (0, 1)
    assert "== " in fine.output
    assert json.loads(both.output)["findings"][0]["severity"] == "warning"


def test_check_knows_where_the_app_is_from_its_setting(tmp_path: Path) -> None:
    text = (ROOT / "launch_config" / "demo.toml").read_text()
    file = tmp_path / "mine.toml"
    file.write_text(text.replace("[scopes]", 'redirect_uri = "https://a.test/callback/demo"\n[scopes]'))

    unknown = CliRunner().invoke(main, ["check", str(file)], env={"SMARTAPP_BASE_URL": ""})
    other = CliRunner().invoke(main, ["check", str(file)], env={"SMARTAPP_BASE_URL": "https://b.test"})

    assert "warning" not in unknown.output
    assert "browsers reach the app at https://b.test" in other.output


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
