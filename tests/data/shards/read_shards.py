#!/usr/bin/env python3
"""Reads a split of a data set as described in launch/guides/formats.md, with only the standard library, and checks every byte.
read_shards.py DATASET_DIR SPLIT: prints one example per line, fields separated by tabs, pieces by spaces; ids without a piece as numbers.
read_shards.py DATASET_DIR SPLIT texts: prints the raw texts of one example per line, separated by spaces."""
import glob, itertools, os, re, struct, sys

TABLE = []
for crc in range(256):
    for _ in range(8):
        crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    TABLE.append(crc)

def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF

def records(data, at=0):  # yields offsets and messages
    while at < len(data):
        end = at + 12 + struct.unpack_from("<Q", data, at)[0]
        for begin, place in (at, at + 8), (at + 12, end):
            crc = crc32c(data[begin:place])
            assert struct.unpack_from("<I", data, place)[0] == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF, place
        yield at, message(data[at + 12:end])
        at = end + 4

def varint(data, at):
    last = next(i for i in itertools.count(at) if data[i] < 128)
    return sum((byte & 127) << 7 * i for i, byte in enumerate(data[at:last + 1])), last + 1

def message(data, at=0):  # decodes a protocol buffer message: the values of each field by field number
    found = {}
    while at < len(data):
        key, at = varint(data, at)
        size, at = {0: (0, at), 1: (8, at), 5: (4, at)}.get(key & 7) or varint(data, at)
        value, at = varint(data, at) if key & 7 == 0 else (data[at:at + size], at + size)
        found.setdefault(key >> 3, []).append(value)
    return found

def unescape(match):
    return bytes.fromhex(match[1][1:].decode()) if match[1][:1] == b"x" else {b"t": b"\t", b"n": b"\n", b"r": b"\r"}.get(match[1], b"\\")

def pieces_of(path):
    text = open(path, "rb").read()
    return [re.sub(rb"\\(x..|.)", unescape, line.split(b"\t")[0]) for line in text.split(b"\n")[:-1]]

def varints(data):
    at, numbers = 0, []
    while at < len(data):
        number, at = varint(data, at)
        numbers.append(number)
    return numbers

def files(folder, pattern):  # yields paths and contents of the files that the manifest names, and checks their sizes and checksums
    manifest = open(folder + "/dataset.textproto", "rb").read()
    assert manifest[-19:] == b"# crc32c: %08x\n" % crc32c(manifest[:-19])
    entries = re.findall(r'file: "(.*)"\n *bytes: (\d+)\n *crc32c: (\d+)', manifest.decode())
    for path in sorted(glob.glob(f"{folder}/{pattern}")):
        data = open(path, "rb").read()
        assert (os.path.basename(path), str(len(data)), str(crc32c(data))) in entries, path
        yield data

def show_texts(folder, split):
    for data in files(folder, split + "-*.texts"):
        (_, record), *blocks = records(data)
        header, texts, examples = message(record[2][0]), 0, 0
        assert header[1] == [1] and header[3] == [split.encode()] and {r[1][0] for _, r in blocks} <= {record[1][0]}
        for number, (_, record) in enumerate(blocks, 1):
            block = message(record[3][0])
            assert block[1] == [number]
            sizes, rest = varints(b"".join(block.get(3, []))), b"".join(block.get(4, []))
            ends = [0, *itertools.accumulate(sizes)]
            assert ends[-1] == len(rest)
            parts = (rest[begin:end] for begin, end in zip(ends, ends[1:]))
            for count in varints(block[2][0]):
                sys.stdout.buffer.write(b" ".join(itertools.islice(parts, count)) + b"\n")
                examples += 1
            texts += len(sizes)
        assert [examples] == header.get(6, [0]) and [texts] == header.get(7, [0])

def show(folder, split):
    for data in files(folder, split + "-*.tfrecord"):
        (_, header), *blocks, (index_at, index), (_, tail) = records(data)
        assert {record[1][0] for _, record in blocks + [(0, index), (0, tail)]} == {header[1][0]}, "records of several files"
        assert message(tail[5][0])[1][0] == struct.pack("<Q", index_at), "the tail names no index"
        assert [message(block)[1][0] for block in message(index[4][0]).get(1, [])] == [at for at, _ in blocks], "the index is not of the blocks"
        tables, widths = [], []
        for field in map(message, message(header[2][0])[6]):
            name = f"{folder}/{field[1][0].decode()}.vocabulary.txt"
            tables.append(pieces_of(name if os.path.exists(name) else f"{folder}/vocabulary.txt"))
            unseen = f"{folder}/{field[1][0].decode()}.unseen.txt"
            if os.path.exists(unseen):
                tables[-1] += [b"<unseen>", b"<none>"] + pieces_of(unseen)
            widths.append({2: "H", 4: "I"}[field[2][0]])
        for _, record in blocks:
            columns = []
            for field, table, width in zip(map(message, message(record[3][0])[2]), tables, widths):
                ids = (id for id, in struct.iter_unpack("<" + width, field[1][0]))
                pieces = (table[id] if id < len(table) else b"%d" % id for id in ids)
                columns.append([b" ".join(itertools.islice(pieces, length)) for length in varints(field[2][0])])
            for example in zip(*columns):
                sys.stdout.buffer.write(b"\t".join(example) + b"\n")

if __name__ == "__main__":
    (show_texts if len(sys.argv) > 3 else show)(*sys.argv[1:3])
