"""`smartapp check --online`: what an EHR offers, in plain words, and what is wrong when it does not."""

import asyncio
import json
import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx2
import msgspec
import pytest
import trustme

from smartapp.checking.documents import fetch
from smartapp.http import Door, Origin, open_transport
from smartapp.smart.keys import new_key
from tests.checking.support import (
    APP,
    DEMO,
    EHR,
    Answering,
    check,
    demo_ehr,
    launch_file,
    vendor_file,
    wire_to,
)

GOLDEN = Path(__file__).parent / "golden"
CAPTURED = {
    "epic": ("epic-fhir-r4-capabilitystatement.json", "a note (DocumentReference), then text to copy"),
    "athenahealth": ("athenahealth-fhir-capabilitystatement.json", "    text to copy"),
    "eclinicalworks": ("eclinicalworks-fhir-capabilitystatement.json", "    text to copy"),
    "meditech": ("meditech-greenfield-capabilitystatement.json", "    text to copy"),
}
SIGN_IN_PAGE = "<!DOCTYPE html><html><head><title>Corporate sign-in</title></head></html>"


def online(printed: str) -> str:
    """What was found at the EHR, without the file's own values."""
    return printed[printed.index("The server\n") :]


def says(status: int, body: object, **headers: str) -> Callable[[httpx2.Request], httpx2.Response]:
    content = body if isinstance(body, str) else json.dumps(body)
    return lambda request: httpx2.Response(status, text=content, headers=headers, request=request)


def fails(error: Exception, cause: Exception | None = None) -> Callable[[httpx2.Request], httpx2.Response]:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error from cause

    return answer


@pytest.mark.parametrize(("manner", "vendor"), [("full", "hapi"), ("epic", "epic"), ("readonly", "generic")])
def test_whole_report_is_as_it_was_read_and_approved(
    manner: str, vendor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = check(vendor_file(tmp_path, vendor), wire_to(demo_ehr(manner)))

    told = online(capsys.readouterr().out)
    golden = GOLDEN / f"{manner}.txt"
    if os.environ.get("COMMON_GROUND_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    assert status == 0


def test_only_public_documents_are_asked_for_and_no_token(tmp_path: Path) -> None:
    wire = Answering()

    check(launch_file(tmp_path), wire)

    assert {request.method for request in wire.requests} == {"GET"}
    assert {str(request.url) for request in wire.requests} == {
        f"{EHR}/fhir/metadata", f"{EHR}/fhir/.well-known/smart-configuration", f"{EHR}/auth/jwks",
    }  # fmt: skip
    assert not [request for request in wire.requests if "authorization" in request.headers]


@pytest.mark.parametrize(
    ("error", "cause", "problem"),
    [
        (
            httpx2.ConnectError("x"),
            socket.gaierror(-2, "Name or service not known"),
            "127.0.0.1 is not known",
        ),
        (
            httpx2.ConnectError("x"),
            ConnectionRefusedError(111, "refused"),
            "nothing listens at 127.0.0.1, port",
        ),
        (
            httpx2.ConnectError("x"),
            ssl.SSLCertVerificationError(1, "self-signed certificate"),
            "is not trusted on this computer",
        ),
        (httpx2.ConnectError("x"), ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "does not speak TLS as the app"),
        (httpx2.ReadTimeout("x"), None, "did not answer within 15 seconds"),
    ],
)
def test_ehr_that_cannot_be_reached_is_told_with_what_to_do(
    error: Exception,
    cause: Exception | None,
    problem: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = check(launch_file(tmp_path), Answering(metadata=fails(error, cause)))

    told = " ".join(capsys.readouterr().out.split())
    assert problem in told
    assert "-> " in told
    assert status == 2


async def test_port_where_nothing_listens_is_told_over_the_real_wire() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        url = f"http://127.0.0.1:{port}/fhir/metadata"
        transport = open_transport()
        document = await fetch(Door(transport, frozenset({Origin.of(url)})), url, accept="*/*", what="x")
        await transport.aclose()

    assert document.content is None
    assert document.problem == f"nothing listens at 127.0.0.1, port {port}"


async def test_certificate_that_is_not_trusted_is_told_over_the_real_wire() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(nothing, "127.0.0.1", 0, ssl=context)
    async with server:
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}/fhir/metadata"
        transport = open_transport()
        document = await fetch(Door(transport, frozenset({Origin.of(url)})), url, accept="*/*", what="x")
        await transport.aclose()

    assert document.problem == (
        "the certificate of localhost is not trusted on this computer: unable to get local issuer certificate"
    )
    assert "certificate authority" in document.advice


@pytest.mark.parametrize(
    ("answer", "problem", "status"),
    [
        (says(404, ""), "answers 404: nothing is there", 2),
        (
            says(301, "", location="https://moved.test/fhir/metadata"),
            "sends on to https://moved.test/fhir",
            2,
        ),
        (says(401, ""), "wants a sign-in even for this", 0),
        (says(503, ""), "busy or broken", 2),
        (says(200, SIGN_IN_PAGE), 'a web page ("Corporate sign-in"), not JSON', 2),
        (says(200, f"<html><title>{' ' * 15_000}<b>"), "a web page, not JSON", 2),
        (says(200, "<CapabilityStatement xmlns='x'/>"), "is XML, not JSON", 2),
        (says(200, "[1]"), "not a JSON object", 2),
        (says(200, "{"), "not a JSON object", 2),
        (says(200, {"resourceType": "OperationOutcome"}), "no CapabilityStatement", 2),
        (says(200, {"resourceType": "CapabilityStatement", "rest": 7}), "no CapabilityStatement", 2),
        (
            says(200, {"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"}),
            "It speaks FHIR 3.0.2",
            2,
        ),
        (says(200, {"resourceType": "CapabilityStatement"}), "no FHIR version that it names", 2),
        (says(200, "x" * 6_000_000), "larger than the app reads", 2),
    ],
)
def test_answer_that_is_no_r4_capability_statement_is_told(
    answer: Callable[[httpx2.Request], httpx2.Response],
    problem: str,
    status: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check(launch_file(tmp_path), Answering(metadata=answer)) == status

    assert problem in " ".join(capsys.readouterr().out.split())


SMART = {
    "authorization_endpoint": f"{EHR}/auth/authorize",
    "token_endpoint": f"{EHR}/auth/token",
    "jwks_uri": f"{EHR}/auth/jwks",
    "issuer": f"{EHR}/fhir",
    "capabilities": ["launch-ehr", "client-public", "permission-v1"],
    "code_challenge_methods_supported": ["S256"],
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
}


@pytest.mark.parametrize(
    ("changes", "told", "status"),
    [
        ({"token_endpoint": "https://elsewhere.test/t"}, 'write: auth_hosts = ["elsewhere.test"]', 2),
        ({"token_endpoint": "https://elsewhere.test:8443/t"}, 'auth_hosts = ["elsewhere.test:8443"]', 2),
        (
            {"token_endpoint": "https://elsewhere.test/t"},
            "Every launch stops before sign-in: foreign-origin",
            2,
        ),
        ({"token_endpoint": None}, "Every launch stops before sign-in: ehr-answer-unreadable", 2),
        ({"jwks_uri": f"{EHR}/auth/nothing"}, "no id_token can be checked", 2),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE with S256 is not listed; plain is", 1),
        ({"capabilities": []}, "none is not among the ways that are listed: client_secret_post", 1),
        ({}, "In the dialect v1: launch openid", 0),
        ({}, "context-ehr-encounter is not listed (the visit with the launch)", 0),
        ({"scopes_supported": ["launch", "patient/Goal.read"]}, "Not listed by the EHR", 1),
        ({"scopes_supported": ["patient/*.rs"]}, "patient/Goal.read patient/Goal.write", 1),
        ({"scopes_supported": ["openid", "fhirUser", "patient/*.*"]}, "not granted: launch online_access", 1),
    ],
)
def test_smart_configuration_is_held_against_the_file(
    changes: dict[str, object],
    told: str,
    status: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wire = Answering(smart=says(200, {**SMART, **changes}))

    assert check(launch_file(tmp_path), wire, is_strict=True) == status
    assert told in " ".join(capsys.readouterr().out.split())


def test_key_kind_that_is_not_listed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key.jwk").write_bytes(msgspec.json.encode(new_key("ES384")))
    (tmp_path / "key.jwk").chmod(0o600)
    text = DEMO.replace('auth = "none" ', 'auth = "private_key_jwt"\nkey_file = "key.jwk" ')
    listed = {"token_endpoint_auth_signing_alg_values_supported": ["RS384"]}

    check(launch_file(tmp_path, text), Answering(smart=says(200, {**SMART, **listed})))

    assert "Keys for ES384 are not listed; RS384 are." in capsys.readouterr().out


def test_endpoints_by_hand_do_without_smart_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand = f'\n[endpoints]\nauthorize = "{EHR}/a"\ntoken = "{EHR}/t"\njwks = "{EHR}/auth/jwks"\n'

    status = check(launch_file(tmp_path, DEMO + by_hand), Answering(smart=says(401, "")))

    assert "The file names the endpoints itself." in " ".join(capsys.readouterr().out.split())
    assert status == 0


def test_what_will_be_missing_is_told_as_a_clinician_would_notice_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statement = {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {"type": "Patient", "interaction": [{"code": "read"}]},
                    {
                        "type": "Goal",
                        "interaction": [{"code": "search-type"}],
                        "searchParam": [{"name": "subject", "type": "reference"}],
                    },
                    {"type": "CareTeam", "interaction": [{"code": "search-type"}]},
                ],
            }
        ],
    }
    text = DEMO.replace('"patient/CareTeam.rs", ', "")

    check(launch_file(tmp_path, text), Answering(metadata=says(200, statement)))

    told = " ".join(capsys.readouterr().out.split())
    assert "Can be read: who the patient is (Patient)." in told
    assert "goals: a search of Goal by patient is not listed. If it is refused, goals that stand" in told
    assert "the care team: no scope for it is asked for; who else cares for the patient" in told
    assert '-> Add "patient/CareTeam.rs"' in told
    assert "notes: the EHR lists no search of DocumentReference; nothing that the patient said" in told
    assert "orders of importance" not in told
    assert "Nothing is sent to this EHR" in told


def test_placeholder_needs_to_be_told_which_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        DEMO.replace('"http://127.0.0.1:9000/fhir"', '"http://127.0.0.1:9000/{x}"')
        + '\n[tenants]\nx = ["*"]\n'
    )
    path = launch_file(tmp_path, text)

    assert check(path, Answering()) == 2
    assert check(path, Answering(), iss="http://elsewhere.test/fhir") == 2
    told = " ".join(capsys.readouterr().out.split())
    assert "say with --iss which server to ask" in told
    assert "no launch from there would be taken" in told
    assert check(path, Answering(), iss=f"{EHR}/fhir") == 0


def test_open_sandbox_has_no_sign_in_to_look_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        'schema = 1\n[ehr]\nid = "open"\nlabel = "Open"\nmode = "open"\nenvironment = "sandbox"\n'
        f'iss = ["{EHR}/open/fhir"]\n'
    )

    assert check(launch_file(tmp_path, text), Answering()) == 0

    assert "Nobody signs in: this is an open sandbox." in capsys.readouterr().out


def test_words_of_an_ehr_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nasty = {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "software": {"name": "\x1b[2J\x07gone\u202e"},
    }

    check(launch_file(tmp_path), Answering(metadata=says(200, nasty)))

    told = capsys.readouterr().out
    assert "gone" in told
    assert not [character for character in told if character != "\n" and not character.isprintable()]


def test_machines_get_the_report_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(launch_file(tmp_path), Answering(), as_json=True)

    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert [section["title"] for section in file["online"]] == [
        "The server", "Signing in", "What is asked for", "What is read, and what will be missing",
        "What is written, and where", "Once it is sent",
    ]  # fmt: skip
    assert {line["mark"] for section in file["online"] for line in section["lines"]} <= {"ok", "note"}


def test_file_with_a_fault_is_not_asked_about(tmp_path: Path) -> None:
    wire = Answering()

    assert check(launch_file(tmp_path, DEMO.replace("label", "lable")), wire) == 2
    assert wire.requests == []


@pytest.mark.parametrize("vendor", CAPTURED)
def test_vendors_own_statement_leads_to_the_step_that_the_documents_name(
    vendor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = os.environ.get("COMMON_GROUND_CAPABILITIES")
    if not folder:
        pytest.skip("NO STATEMENTS: COMMON_GROUND_CAPABILITIES names no folder with vendors' statements")
    file, step = CAPTURED[vendor]
    statement = (Path(folder) / file).read_text(encoding="utf-8")

    check(vendor_file(tmp_path, vendor), Answering(metadata=says(200, statement)), base_url=APP)

    told = online(capsys.readouterr().out)
    assert "(R4)" in told
    assert told.count(step) >= 4
    assert "more than was known" not in told
    assert "less than was known" not in told
