"""`make bench`: how long a clinician waits after opening the app, in round trips to the EHR; what becomes of
10,000 writes when the line is bad and workers are killed; and how fast notes are read. `make bench ARGS=500`
for fewer writes, `make bench ARGS=notes` (or launch, or writes) for one of them.
"""

import asyncio
import sys

from bench import launch, notes, writes

DELAYS_S = (0.0, 0.15)
WRITES = 10_000
ALL = ("launch", "writes", "notes")
SHAPES = ("many", "one")


async def main(arguments: list[str]) -> None:
    count = next((int(word) for word in arguments if word.isdigit()), WRITES)
    chosen = [word for word in arguments if not word.isdigit()] or ALL
    if unknown := set(chosen).difference(ALL):
        sys.exit(
            f"bench: no {', '.join(sorted(unknown))}; say a number of writes, or one of {', '.join(ALL)}"
        )
    if "launch" in chosen:
        for delay_s in DELAYS_S:
            print(launch.report(await launch.measure(delay_s)))
    if "writes" in chosen:
        for kind, tally in await writes.measure(count):
            print(writes.report(kind, tally))
    if "notes" in chosen:
        print(notes.report(notes.measure()))
        print(notes.report_growth(notes.growth()))
        for shape in SHAPES:
            print(notes.report_memory(shape, notes.memory(shape)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
