"""`make bench`: how long a clinician waits after opening the app, in round trips to the EHR; and what becomes
of 10,000 writes when the line is bad and workers are killed (`make bench ARGS=500` for fewer).
"""

import asyncio
import sys

from bench import launch, writes

DELAYS_S = (0.0, 0.15)
WRITES = 10_000


async def main(arguments: list[str]) -> None:
    for delay_s in DELAYS_S:
        print(launch.report(await launch.measure(delay_s)))
    for kind, tally in await writes.measure(int(arguments[0]) if arguments else WRITES):
        print(writes.report(kind, tally))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
