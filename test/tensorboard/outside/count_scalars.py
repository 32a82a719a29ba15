"""How many scalars TensorBoard's own reader finds in each directory, and whether a file ends within a record."""

import json
import struct
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader


def ends_within_a_record(path):
    data = path.read_bytes()
    at = 0
    while at + 12 <= len(data):
        at += struct.unpack_from("<Q", data, at)[0] + 16
    return at != len(data)


found = {}
for directory in sorted(Path(sys.argv[1]).iterdir()):
    (path,) = directory.iterdir()
    events = LegacyEventFileLoader(str(path)).Load()
    count = sum(1 for event in events for value in event.summary.value if value.tag == "load")
    found[directory.name] = {"count": count, "cut": ends_within_a_record(path)}
print(json.dumps(found))
