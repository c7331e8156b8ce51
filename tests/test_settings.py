"""Settings are read once, and every fault is told at once."""

import base64
from pathlib import Path

import pytest

from smartapp.errors import ConfigurationError
from smartapp.settings import from_environment

KEY = base64.b64encode(b"k" * 32).decode()


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    environ = {
        "SMARTAPP_BASE_URL": "app.example",
        "SMARTAPP_LAUNCH_CONFIG": str(tmp_path / "missing"),
        "SMARTAPP_LOG_LEVEL": "chatty",
        "SMARTAPP_SECRET_KEYS": "c2hvcnQ=",
        "SMARTAPP_BASE_URI": "typo",
    }

    with pytest.raises(ConfigurationError) as caught:
        from_environment(environ)

    problems = [fault.problem for fault in caught.value.faults]
    assert len(problems) == 5
    assert "SMARTAPP_BASE_URI is not a setting" in problems
    assert not any("c2hvcnQ" in problem for problem in problems)


def test_first_key_comes_first_and_files_may_hold_them(tmp_path: Path) -> None:
    second = base64.urlsafe_b64encode(b"\xff" * 32).decode()
    keys = tmp_path / "keys"
    keys.write_text(f"{KEY}\n{second}\n")

    settings = from_environment(
        {
            "SMARTAPP_BASE_URL": "https://app.example/",
            "SMARTAPP_LAUNCH_CONFIG": str(tmp_path),
            "SMARTAPP_SECRET_KEYS_FILE": str(keys),
        }
    )

    assert [key.get_secret_value() for key in settings.secret_keys] == [b"k" * 32, b"\xff" * 32]
    assert settings.base_url == "https://app.example"
    assert settings.app_origin == "https://app.example"
    assert "kkkk" not in repr(settings)


def test_address_of_the_database_may_stand_in_a_file_so_that_its_password_is_in_no_environment(
    tmp_path: Path,
) -> None:
    file = tmp_path / "database_url"
    file.write_text("postgresql://app:pass@db.example/app\n")
    environ = {
        "SMARTAPP_BASE_URL": "https://app.example",
        "SMARTAPP_LAUNCH_CONFIG": str(tmp_path),
        "SMARTAPP_SECRET_KEYS": KEY,
        "SMARTAPP_DATABASE_URL_FILE": str(file),
    }

    assert from_environment(environ).database_url == "postgresql://app:pass@db.example/app"

    file.unlink()
    with pytest.raises(ConfigurationError) as caught:
        from_environment(environ)
    assert [fault.problem for fault in caught.value.faults] == ["SMARTAPP_DATABASE_URL_FILE cannot be read"]


def test_variables_named_by_launch_files_are_not_faults(tmp_path: Path) -> None:
    settings = from_environment(
        {
            "SMARTAPP_BASE_URL": "https://app.example",
            "SMARTAPP_LAUNCH_CONFIG": str(tmp_path),
            "SMARTAPP_SECRET_KEYS": KEY,
            "SMARTAPP_EPIC_CLIENT_ID": "abc",
            "SMARTAPP_DATA_DIR": str(tmp_path),
        }
    )

    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path / 'smartapp.sqlite3'}"


@pytest.mark.parametrize(("value", "is_shown"), [("true", True), ("1", True), ("False", False), ("0", False)])
def test_draft_translations_are_shown_unless_the_site_forbids_them(
    tmp_path: Path, value: str, is_shown: bool
) -> None:
    environ = {
        "SMARTAPP_BASE_URL": "https://app.example",
        "SMARTAPP_LAUNCH_CONFIG": str(tmp_path),
        "SMARTAPP_SECRET_KEYS": KEY,
    }

    assert from_environment(environ).draft_translations
    assert from_environment({**environ, "SMARTAPP_DRAFT_TRANSLATIONS": value}).draft_translations is is_shown
    with pytest.raises(ConfigurationError, match="SMARTAPP_DRAFT_TRANSLATIONS is not one of true, false"):
        from_environment({**environ, "SMARTAPP_DRAFT_TRANSLATIONS": "perhaps"})


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The least that the app starts with."""
    return {
        "SMARTAPP_BASE_URL": "https://app.example",
        "SMARTAPP_LAUNCH_CONFIG": str(tmp_path),
        "SMARTAPP_SECRET_KEYS": KEY,
    }


def test_nothing_is_counted_or_traced_unless_the_site_says_so(environ: dict[str, str]) -> None:
    environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector.example:4318"

    found = from_environment(environ)

    assert (found.metrics, found.traces, found.launches_per_minute) == (False, False, 1200)


def test_site_may_count_trace_and_choose_how_often_the_app_is_opened(environ: dict[str, str]) -> None:
    environ |= {
        "SMARTAPP_METRICS": "true",
        "SMARTAPP_TRACES": "1",
        "SMARTAPP_LAUNCHES_PER_MINUTE": "60",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector.example:4318/v1/traces",
    }

    found = from_environment(environ)

    assert (found.metrics, found.traces, found.launches_per_minute) == (True, True, 60)


def test_traces_that_go_nowhere_are_a_fault(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="OTEL_EXPORTER_OTLP_ENDPOINT does not say where they go"):
        from_environment(environ | {"SMARTAPP_TRACES": "true"})


@pytest.mark.parametrize("value", ["", "-1", "many", "1.5", "1" * 7, "²"])
def test_limit_that_is_no_number_is_a_fault(environ: dict[str, str], value: str) -> None:
    with pytest.raises(ConfigurationError, match="SMARTAPP_LAUNCHES_PER_MINUTE is not a number"):
        from_environment(environ | {"SMARTAPP_LAUNCHES_PER_MINUTE": value})
