#!/usr/bin/env python3
"""Checks strictly that a trace is in the Trace Event Format that Perfetto reads, and prints its spans.
check_trace.py FILE: prints one line per track and name: RANK TRACK NAME SPANS MICROSECONDS, separated by tabs. Exit status 1 and a
message if the trace is not valid."""
import collections, json, sys

def pairs(items):
    assert len({key for key, _ in items}) == len(items), f"a key twice: {items}"
    return dict(items)

def check(path):
    trace = json.load(open(path, encoding="utf-8"), object_pairs_hook=pairs,
                      parse_constant=lambda word: sys.exit(f"{path}: {word} is no JSON"))
    assert set(trace) == {"displayTimeUnit", "traceEvents"} and trace["displayTimeUnit"] == "ms", set(trace)
    names, tracks, totals = {}, collections.defaultdict(list), collections.Counter()
    for event in trace["traceEvents"]:
        what = event.get("ph")
        assert isinstance(event["name"], str) and event["name"], event
        assert all(type(event[key]) is int and event[key] >= 0 for key in ("pid", "tid")), event
        place = event["pid"], event["tid"]
        if what == "M":
            assert set(event) == {"ph", "pid", "tid", "name", "args"}, event
            value = {"process_name": "name", "process_labels": "labels", "process_sort_index": "sort_index",
                     "thread_name": "name"}[event["name"]]
            assert set(event["args"]) == {value}, event
            key = (event["name"], *place)
            assert key not in names, f"named twice: {event}"
            names[key] = event["args"][value]
            assert type(names[key]) is (int if value == "sort_index" else str), event
        else:
            assert what == "X" and set(event) == {"ph", "pid", "tid", "ts", "dur", "name"}, event
            assert all(type(event[key]) is int for key in ("ts", "dur")), event
            assert event["ts"] >= 0 and event["dur"] > 0, event
            tracks[place].append((event["ts"], event["ts"] + event["dur"], event["name"]))
    for rank, track in tracks:
        assert names[("process_name", rank, 0)].startswith(f"rank {rank} on "), names
        assert ("thread_name", rank, track) in names, (rank, track)
        around = []  # spans that may contain the next one
        for begin, end, name in sorted(tracks[rank, track], key=lambda span: (span[0], -span[1])):
            while around and around[-1][0] <= begin:
                around.pop()
            assert not around or end <= around[-1][0], f"{name} at {begin} overlaps {around[-1]}"
            around.append((end, name))
            totals[rank, track, name, "spans"] += 1
            totals[rank, track, name, "microseconds"] += end - begin
    for rank, track, name in sorted({key[:3] for key in totals}):
        print(rank, track, name, totals[rank, track, name, "spans"], totals[rank, track, name, "microseconds"], sep="\t")

try:
    check(sys.argv[1])
except (AssertionError, KeyError, TypeError, ValueError) as error:
    sys.exit(f"{sys.argv[1]}: {error!r}")
