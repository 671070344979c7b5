"""A process of its own that appends until it is killed, or has done so often; it prints each nonce once it is stored.

Arguments: where (JSON), sitting, a name for its nonces, and how many to append.
"""

import json
import os
import sys
from pathlib import Path

from practicum.store import EventRecord, Store


def main(where: str, sitting: str, name: str, count: str) -> None:
    place = json.loads(where)
    store = Store.open(**{key: Path(value) if key == "data" else value for key, value in place.items()})
    for number in range(int(count)):
        nonce = f"{name}-{number}"
        while not _stored(store, sitting, EventRecord("answered", number, {"by": name}, nonce)):
            pass
        os.write(1, f"{nonce}\n".encode())  # In one piece, and at once: this is the acknowledgement.


def _stored(store: Store, sitting: str, record: EventRecord) -> bool:
    known = store.sitting(sitting)
    assert known is not None
    return store.append(sitting, len(known.events), [record])


if __name__ == "__main__":
    main(*sys.argv[1:])
