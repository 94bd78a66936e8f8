"""Writers that are killed: ``python killed_writer.py URL``.

Each line of standard input starts one, a fork of this process, which has imported all and opened nothing. The
writer tells its process id, then acknowledges each commit on one line: seq, kind, id. ``dead`` follows its end.
"""

from __future__ import annotations

import os
import sys

from geodata.records import Moment, NewCaseEvent
from geodata.store import SystemClock, open_store
from tests.geodata.store.making import SOURCE, WRITER, event, grid, new_project, obstacle


def main() -> None:
    print("ready", flush=True)
    for _ in sys.stdin:
        writer = os.fork()
        if writer == 0:
            print(os.getpid(), flush=True)
            write()
        os.waitpid(writer, 0)
        print("\ndead", flush=True)


def write() -> None:
    store = open_store(sys.argv[1], SystemClock())
    project_id = store.project("HTB-01").id
    case = store.cases_of_parcel(store.parcel_rows(project_id)[0].id)[0]
    version = case.version
    for turn in range(100_000):
        if turn % 10 == 9:
            code = f"K-{store.last_seq()}"
            result = store.import_parcels(WRITER, new_project(code), grid(200), SOURCE)
            print(result.seq, "import", store.project(code).id, flush=True)
        elif turn % 10 == 4:
            stuck = store.open_obstacle(WRITER, obstacle(case.id), expected_version=version)
            version += 1
            print(stuck.seq, "obstacle", stuck.id, flush=True)
        else:
            done = store.record_event(WRITER, moved(case.id), expected_version=version, state="NOTICE_ISSUED")
            version += 1
            print(done.seq, "event", done.id, flush=True)
    assert store.case_rows(project_id, Moment())


def moved(case_id: int) -> NewCaseEvent:
    return event(case_id, note="x" * 500)


if __name__ == "__main__":
    main()
