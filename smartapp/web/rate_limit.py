"""How often one network may open the app: a token bucket in memory for each EHR, address and step.

Generous, since a hospital of thousands may share one address. A visit that is open has no limit: whoever
sits in the room with a patient is never told to wait. Each process counts for itself.
"""

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request

from smartapp.clock import Clock
from smartapp.errors import BadRequest
from smartapp.i18n import marked

MOST_BUCKETS: Final = 10_000
_MINUTE_S: Final = 60
_IPV6_NETWORK: Final = 64


class TooManyLaunches(BadRequest):
    status = 429
    code = "too-many-launches"
    heading = marked("Common Ground was opened very often from your network just now.")
    message = marked("To protect the EHR, this time it stopped. No patient data was read.")
    next_step = marked(
        "Wait a minute, then open Common Ground again from the patient's chart. Visits that are open go on."
    )

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__("rate limit")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class _Bucket:
    tokens: float
    filled_at: datetime


class RateLimit:
    """`per_minute`: how many a minute, and how many at once; 0: no limit. Remembers at most MOST_BUCKETS, and
    of more forgets those that were used longest ago.
    """

    def __init__(self, clock: Clock, *, per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._buckets: OrderedDict[tuple[str, ...], _Bucket] = OrderedDict()

    @property
    def count(self) -> int:
        """How many buckets are remembered."""
        return len(self._buckets)

    def take(self, *key: str) -> None:
        """Take one from the bucket of `key`. Raises TooManyLaunches when it is empty."""
        if not self._per_minute:
            return
        now = self._clock()
        bucket = self._buckets.get(key, _Bucket(self._per_minute, now))
        # A clock that was set back fills nothing, and takes nothing away.
        passed_s = max((now - bucket.filled_at).total_seconds(), 0.0)
        tokens = min(bucket.tokens + passed_s * self._per_minute / _MINUTE_S, self._per_minute)
        is_enough = tokens >= 1
        self._buckets[key] = _Bucket(tokens - 1 if is_enough else tokens, now)
        self._buckets.move_to_end(key)
        while len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if not is_enough:
            raise TooManyLaunches(retry_after_s=math.ceil((1 - tokens) * _MINUTE_S / self._per_minute))


def network_of(request: Request) -> str:
    """Where the request comes from: the address that the server has it from or, behind a proxy that is
    believed, the one that it names. Of an IPv6 address the network, since one machine has as many as it
    likes.
    """
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK), strict=False))
