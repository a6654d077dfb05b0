#!/usr/bin/env python3
"""Reads the TensorBoard event files of a run with only the standard library. Checks framing and checksums, and rejects unknown
fields. read_events.py RUN_DIR: prints one value per line: STEP TAG KIND VALUE, separated by tabs. Kinds are scalar, text (as JSON),
histogram (as number of values, minimum and maximum) and hparams (as JSON, without times)."""
import glob, json, os, struct, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../data/shards"))
sys.dont_write_bytecode = True
from read_shards import message, records

def only(fields, *known):
    assert set(fields) <= set(known), f"unknown fields {set(fields) - set(known)}"
    return fields

def double(value): return struct.unpack("<d", value)[0]

def text(value):
    metadata = only(message(value[9][0]), 1, 4)
    assert only(message(metadata[1][0]), 1) == {1: [b"text"]} and metadata[4] == [2], metadata
    tensor = only(message(value[8][0]), 1, 2, 8)
    assert tensor[1] == [7], "not DT_STRING"
    assert [message(dim) for dim in message(tensor[2][0])[2]] == [{1: [len(tensor[8])]}], "a shape of another size"
    return json.dumps("\n".join(string.decode() for string in tensor[8]))

def hparams(value):
    metadata = only(message(value[9][0]), 1)
    plugin = only(message(metadata[1][0]), 1, 2)
    assert plugin[1] == [b"hparams"], plugin
    assert {1: [1], 2: [b"\x12\x00"]} == only(message(value[8][0]), 1, 2), "not the empty tensor"
    data = only(message(plugin[2][0]), 3, 4)
    if 4 in data: return json.dumps({"status": only(message(data[4][0]), 1, 2)[1][0]})
    shown = {}
    for entry in only(message(data[3][0]), 1, 5)[1]:
        key, kinds = (lambda fields: (fields[1][0].decode(), message(fields[2][0])))(only(message(entry), 1, 2))
        shown[key] = double(kinds[2][0]) if 2 in kinds else kinds[3][0].decode() if 3 in kinds else bool(kinds[4][0])
    return json.dumps(shown, sort_keys=True)

def histogram(value):
    histo = only(message(value[5][0]), 1, 2, 3, 4, 5, 6, 7)
    least, greatest, number = (double(histo[field][0]) if field in histo else 0.0 for field in (1, 2, 3))
    limits, counts = ([x for x, in struct.iter_unpack("<d", histo[field][0])] for field in (6, 7))
    assert len(limits) == len(counts) and sum(counts) == number and limits == sorted(set(limits)), "buckets"
    assert greatest <= limits[-1], "the last bucket ends too early"
    return f"{number:.0f} {least:.9g} {greatest:.9g}"

files = glob.glob(sys.argv[1] + "/tensorboard/*")
assert len(files) == 1 and "tfevents" in files[0], files
(_, version), *events = records(open(files[0], "rb").read())
assert only(version, 1, 3)[3] == [b"brain.Event:2"], version
for _, event in events:
    assert 1e9 < double(only(event, 1, 2, 5)[1][0]) < 1e10, "no time since 1970"
    values = [message(value) for value in message(event[5][0])[1]]
    assert values and len({value[1][0] for value in values}) == len(values), "a tag twice"
    for value in values:
        if 8 in value and value[1][0].startswith(b"_hparams_/"): kind, shown = "hparams", hparams(only(value, 1, 8, 9))
        elif 8 in value: kind, shown = "text", text(only(value, 1, 8, 9))
        elif 5 in value: kind, shown = "histogram", histogram(only(value, 1, 5))
        else: kind, shown = "scalar", f"{struct.unpack('<f', only(value, 1, 2)[2][0])[0]:.9g}"
        print(event.get(2, [0])[0], value[1][0].decode(), kind, shown, sep="\t")
