"""`make bench`: how long a clinician waits after opening the app, in round trips to the EHR."""

import asyncio

from bench.launch import measure, report

DELAYS_S = (0.0, 0.15)


async def main() -> None:
    for delay_s in DELAYS_S:
        print(report(await measure(delay_s)))


if __name__ == "__main__":
    asyncio.run(main())
