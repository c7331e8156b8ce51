"""Launches and tokens as the bytes that the store seals, and back."""

from typing import TypeVar

import msgspec

from smartapp.errors import LaunchExpired, SessionEnded
from smartapp.smart.launch import ActiveLaunch, PendingLaunch, Tokens

T = TypeVar("T")


def to_bytes(value: PendingLaunch | ActiveLaunch | Tokens) -> bytes:
    return msgspec.json.encode(value)


def pending_launch(body: bytes) -> PendingLaunch:
    """Raises LaunchExpired for one that another version of the app kept."""
    try:
        return msgspec.json.decode(body, type=PendingLaunch)
    except msgspec.ValidationError as error:
        raise LaunchExpired("kept by another version") from error


def active_launch(body: bytes) -> ActiveLaunch:
    """Raises SessionEnded for one that another version of the app kept."""
    return _kept(body, ActiveLaunch)


def tokens(body: bytes) -> Tokens:
    """Raises SessionEnded when they were forgotten, or when another version of the app kept them."""
    return _kept(body, Tokens)


def _kept(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise SessionEnded("forgotten, or kept by another version") from error
