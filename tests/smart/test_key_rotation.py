"""From one signing key to the next: never without a key that the EHR knows, and no private part left over."""

import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from smartapp.smart.key_files import as_text, others_may_read, replace_whole, write_new
from smartapp.smart.key_rotation import Rotated, rotated
from smartapp.smart.keys import Jwk, UnusableKey, new_key, published_keys, read_keys, signing_key

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
NONE = timedelta(0)


def file_of(folder: Path, *keys: Jwk) -> Path:
    path = folder / "key.jwk"
    path.write_text(as_text({"keys": list(keys)}), encoding="utf-8")
    return path


def rotate(path: Path, now: datetime, *, wait: timedelta = DAY, keep: timedelta = WEEK) -> Rotated:
    done = rotated(read_keys(path), now=now, wait=wait, keep=keep)
    path.write_text(as_text({"keys": list(done.keys)}), encoding="utf-8")
    return done


def kids(keys: Sequence[Jwk]) -> list[object]:
    return [key["kid"] for key in keys]


@pytest.mark.parametrize("alg", ["ES384", "RS384"])
def test_new_key_is_published_at_once_signs_later_and_the_old_one_goes_after_a_week(
    alg: str, tmp_path: Path
) -> None:
    old = new_key(alg)
    path = file_of(tmp_path, old)

    done = rotate(path, NOW)

    def at(moment: datetime) -> tuple[object, list[object]]:
        return signing_key(path, alg, moment).kid, kids(published_keys(path, alg, moment))

    both = [done.new_kid, old["kid"]]
    assert at(NOW) == (old["kid"], both)
    assert at(NOW + DAY) == (done.new_kid, both)
    assert at(NOW + DAY + WEEK) == (done.new_kid, [done.new_kid])
    assert (done.old_kid, done.signs_from, done.old_until) == (old["kid"], NOW + DAY, NOW + DAY + WEEK)


def test_without_a_wait_the_new_key_signs_now_and_the_old_one_is_kept_without_its_private_part(
    tmp_path: Path,
) -> None:
    path = file_of(tmp_path, new_key("ES384"))

    done = rotate(path, NOW, wait=NONE)

    assert signing_key(path, "ES384", NOW).kid == done.new_kid
    assert [key.key.is_private for key in read_keys(path)] == [True, False]


def test_stolen_key_is_taken_away_at_once(tmp_path: Path) -> None:
    path = file_of(tmp_path, new_key("ES384"))

    done = rotate(path, NOW, wait=NONE, keep=NONE)

    assert [key.kid for key in read_keys(path)] == [done.new_kid]
    assert done.old_until is None


def test_second_new_key_is_not_made_while_one_waits(tmp_path: Path) -> None:
    path = file_of(tmp_path, new_key("ES384"))
    first = rotate(path, NOW)

    with pytest.raises(UnusableKey, match=first.new_kid):
        rotate(path, NOW + timedelta(hours=23))
    stolen = rotate(path, NOW + timedelta(hours=23), wait=NONE, keep=NONE)

    assert stolen.old_kid == first.old_kid
    assert [key.kid for key in read_keys(path)] == [stolen.new_kid]


def test_next_change_leaves_out_what_ended_and_takes_private_parts_off_what_was_replaced(
    tmp_path: Path,
) -> None:
    path = file_of(tmp_path, new_key("ES384"))
    first = rotate(path, NOW)
    second = rotate(path, NOW + timedelta(days=3))
    keys = {key.kid: key for key in read_keys(path)}

    assert list(keys) == [second.new_kid, first.new_kid, first.old_kid]
    assert keys[first.new_kid].key.is_private
    assert not keys[first.old_kid].key.is_private
    assert keys[first.old_kid].published_until == first.old_until

    third = rotate(path, NOW + timedelta(days=30))

    assert [key.kid for key in read_keys(path)] == [third.new_kid, second.new_kid]


@pytest.mark.parametrize("keep", [WEEK, NONE])
def test_key_of_another_kind_is_left_as_it_is(keep: timedelta, tmp_path: Path) -> None:
    other = new_key("RS384")
    path = file_of(tmp_path, new_key("ES384"), other)

    rotate(path, NOW, wait=NONE, keep=keep)

    assert signing_key(path, "RS384", NOW + timedelta(days=400)).kid == other["kid"]


def test_pem_file_is_followed_by_a_set_with_the_same_key_id(tmp_path: Path) -> None:
    old = read_keys(file_of(tmp_path, new_key("ES384")))[0]
    path = tmp_path / "key.pem"
    assert isinstance(old.key, ECKey)
    path.write_bytes(old.key.as_bytes(encoding="PEM", private=True))

    done = rotate(path, NOW)

    assert done.old_kid == old.kid
    assert signing_key(path, "ES384", NOW).kid == old.kid


def test_file_without_a_private_key_has_none_to_follow(tmp_path: Path) -> None:
    public = {name: value for name, value in new_key("ES384").items() if name != "d"}

    with pytest.raises(UnusableKey, match="none to follow"):
        rotate(file_of(tmp_path, public), NOW)


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 9)), max_size=3))
def test_key_that_signs_was_published_for_the_whole_wait_before(
    steps: list[tuple[int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = file_of(tmp_path_factory.mktemp("keys"), new_key("ES384"))
    now = NOW
    for pause, wait, keep in steps:
        now += timedelta(days=pause)
        before = {key["kid"] for key in published_keys(path, "ES384", now)}
        try:
            done = rotate(path, now, wait=timedelta(days=wait), keep=timedelta(days=keep))
        except UnusableKey:
            continue
        for hour in range(0, 24 * (wait + keep) + 1, 12):
            moment = now + timedelta(hours=hour)
            signs = signing_key(path, "ES384", moment).kid
            published = {key["kid"] for key in published_keys(path, "ES384", moment)}
            assert signs in published
            assert signs in before or moment >= done.signs_from
            assert len([key for key in read_keys(path) if key.key.is_private]) <= 2


def test_new_file_is_readable_by_its_owner_only_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "key.jwk"
    write_new(path, "first")

    with pytest.raises(FileExistsError):
        write_new(path, "second")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "first"
    assert others_may_read(path) == ""


@pytest.mark.parametrize(("mode", "who"), [(0o640, "its group"), (0o644, "everybody"), (0o400, "")])
def test_replaced_file_keeps_its_rights_and_leaves_nothing_beside_it(
    mode: int, who: str, tmp_path: Path
) -> None:
    path = tmp_path / "key.jwk"
    path.write_text("old")
    path.chmod(mode)

    replace_whole(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert others_may_read(path) == who
    assert list(tmp_path.iterdir()) == [path]


def test_link_to_a_key_file_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "key.jwk", tmp_path / "link.jwk"
    path.write_text("old")
    link.symlink_to(path)

    replace_whole(link, "new")

    assert link.is_symlink()
    assert path.read_text() == "new"


def test_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "key.jwk"
    path.write_text("old")
    (tmp_path / ".key.jwk.new").write_text("another rotation is at it")

    with pytest.raises(FileExistsError):
        replace_whole(path, "new")

    assert path.read_text() == "old"
