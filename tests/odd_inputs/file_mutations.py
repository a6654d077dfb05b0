"""Odd files: what a draw makes of the bytes of one, and what may stand in its place."""
import bz2
import gzip
import lzma
import os
import re
import subprocess

import sealed_files

NUMBERS = ["nan", "inf", "-inf", "-1", "0", "1e-60", "1e400", "2147483648", "-9223372036854775809", "18446744073709551616",
           "0x10", "1,5", "1e", "", "9" * 400]
SPECIAL = ["<unk>", "</s>", "<s>", "<pad>", "[UNK]", "\u2581", "\u00a0", "\u2028", "\u0085", "\u200b", "\u202e", "e" + "\u0301" * 5000,
           "\U0001f468\u200d\U0001f469\u200d\U0001f467", "-DOCSTART-", "\x1b[2J", "\x7f", "\x0b", "\x0c", "%s%n", "$(true)", "\\", '"']
INVALID = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80", b"\xfe\xff"]


def lines_of(data):
    return data.splitlines(keepends=True) or [b""]


def with_lines(change):
    """A mutation of the list of lines, which it changes in place."""
    def mutate(draw, data):
        lines = lines_of(data)
        change(draw, lines)
        return b"".join(lines)
    return mutate


def inserted(draw, data, piece):
    at = draw.randrange(len(data) + 1)
    return data[:at] + piece + data[at:]


def other_columns(draw, lines):
    """One line, or all of them, with a column more, one less, or others between them."""
    change = draw.choice([lambda c: c[:-1], lambda c: c + [b"more"], lambda c: c[::-1], lambda c: [b" ".join(c)], lambda c: [b""] * len(c)])
    between = draw.choice([b"\t", b"\t", b" ", b",", b"\t\t", b" ||| "])
    chosen = range(len(lines)) if draw.random() < 0.5 else [draw.randrange(len(lines))]
    for i in chosen:
        lines[i] = between.join(change(lines[i].rstrip(b"\r\n").split(b"\t"))) + b"\n"


def other_number(draw, data):
    found = list(re.finditer(rb"-?\d+(\.\d+)?", data))
    if not found:
        return data + draw.choice(NUMBERS).encode()
    match = draw.choice(found)
    return data[:match.start()] + draw.choice(NUMBERS).encode() + data[match.end():]


def compressed(draw, data):
    """Whole, cut short, with a flipped bit, or with another after it."""
    packed = draw.choice([gzip.compress, bz2.compress, lzma.compress, lambda d: lzma.compress(d, lzma.FORMAT_ALONE)])(data)
    return draw.choice([packed, packed, packed[:len(packed) // 2], flipped(draw, packed), packed + packed, packed + b"junk"])


def flipped(draw, data):
    if not data:
        return b"\x01"
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 8, 64])):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def overwritten(draw, data):
    at = draw.randrange(len(data) + 1)
    piece = draw.choice([b"\xff" * 8, b"\0" * 8, b"\0" * 512, draw.randbytes(16), b"\xff\xff\xff\x7f"])
    return data[:at] + piece + data[at + len(piece):]


def truncated(draw, data):
    return data[:draw.randrange(len(data) + 1)]


def moved(draw, data):
    a, b, c = sorted(draw.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


ANY = [
    lambda draw, data: b"",
    truncated,
    flipped,
    overwritten,
    moved,
    lambda draw, data: data + data,
    lambda draw, data: data + draw.randbytes(draw.choice([1, 100, 5000])),
    lambda draw, data: b"\0" * draw.choice([1, 4096]) + data,
    lambda draw, data: draw.randbytes(len(data)),
    compressed,
]
SEALED = [flipped, flipped, flipped, overwritten, overwritten, truncated, moved, lambda draw, data: data + draw.randbytes(20),
          lambda draw, data: inserted(draw, data, draw.choice([b"\xff" * 9 + b"\x01", b"\0", b"\x08\xff\xff\xff\xff\x0f"]))]
TEXT = [
    lambda draw, data: draw.choice([b"\n", b" \t \n", b"\n" * 1000, b"x", b"\t\n"]),
    lambda draw, data: inserted(draw, data, b"\0" * draw.choice([1, 1, 100])),
    lambda draw, data: inserted(draw, data, draw.choice(INVALID)),
    lambda draw, data: inserted(draw, data, draw.choice(SPECIAL).encode()),
    lambda draw, data: data.replace(draw.choice([b"king", b"the", b"O", b"a"]), draw.choice(SPECIAL).encode()),
    lambda draw, data: b"\xef\xbb\xbf" * draw.choice([1, 1, 2]) + data,
    lambda draw, data: inserted(draw, data, b"\xef\xbb\xbf"),
    lambda draw, data: data.decode("utf-8", "replace").encode(
        draw.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7"]), "replace"),
    lambda draw, data: data.replace(b"\n", draw.choice([b"\r", b"\r\n", b"\n\r", b"\n\n", b"\0", b"", b" "])),
    lambda draw, data: inserted(draw, data, b"x" * draw.choice([70_000, 1_100_000, 5_000_000])),
    lambda draw, data: inserted(draw, data, b"x " * draw.choice([5_000, 400_000])),
    lambda draw, data: data.rstrip(b"\n"),
    lambda draw, data: data.replace(b"\t", draw.choice([b" ", b"", b"\t\t", b",", b"\t \t"])),
    lambda draw, data: draw.choice([b"label\ttext\n", b"# text\n", b'"', b"\x7fELF\x02\x01\x01", b"PK\x03\x04", b"%PDF-1.4\n"]) + data,
    lambda draw, data: b"<<<<<<< HEAD\n" + data + b"=======\n" + data + b">>>>>>> theirs\n",
    other_number,
    other_number,
    with_lines(lambda draw, lines: lines.pop(draw.randrange(len(lines)))),
    with_lines(lambda draw, lines: lines.insert(draw.randrange(len(lines)), draw.choice(lines) * draw.choice([1, 50]))),
    with_lines(lambda draw, lines: draw.shuffle(lines)),
    with_lines(lambda draw, lines: lines.__setitem__(slice(draw.randrange(3), None), [])),
    with_lines(lambda draw, lines: lines.__setitem__(slice(None), [draw.choice(lines)] * len(lines))),
    with_lines(other_columns),
    with_lines(other_columns),
]
TEXTPROTO = [
    lambda draw, data: data.replace(b"{", b"", 1),
    lambda draw, data: data + b"}",
    lambda draw, data: data + b"model { " * draw.choice([3, 5000]),
    lambda draw, data: data.replace(b":", draw.choice([b"", b"::", b" =", b": -"]), 1),
    lambda draw, data: data + draw.choice([b"unknown: 1\n", b"seed: \"text\"\n", b"model: 3\n", b"[extension]: 1\n", b"1: 2\n", b"# comment"]),
    other_number,
    other_number,
    other_number,
]


def is_text(path):
    return not path.name.endswith((".tfrecord", ".ckpt", ".run", ".tfidf", ".frequent", ".ngram", ".model", ".binary", ".texts"))


def mutate_bytes(draw, path):
    if draw.random() < 0.6 and sealed_files.change(draw, path, TEXTPROTO + ANY if path.suffix == ".textproto" else SEALED):
        return f"{path.name} changed and sealed again"
    data = path.read_bytes()
    choices = ANY
    if is_text(path):
        choices = ANY + TEXT * 2
    if path.suffix == ".textproto":
        choices = ANY + TEXTPROTO * 2
    number = draw.randrange(len(choices))
    path.write_bytes(choices[number](draw, data))
    return f"the bytes of {path.name} changed"


def replace(draw, path, started):
    """Something else in the place of a file. What must be ended with the case is added to `started`."""
    if path.stat().st_size > 1 << 24:
        return f"{path.name} left as it is"
    data = path.read_bytes()
    path.unlink()
    kind = draw.choice(["missing", "folder", "loop", "dangling", "unreadable", "no permission", "fifo", "link", "sparse", "hard link"])
    if kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "dangling":
        path.symlink_to("nowhere")
    elif kind == "unreadable":
        path.symlink_to("/proc/self/mem")
    elif kind == "fifo":
        os.mkfifo(path)
        whole = path.with_name("elsewhere")
        whole.write_bytes(data)
        process = subprocess.Popen(["sh", "-c", 'cat elsewhere >"$1"', "sh", path.name], cwd=path.parent, start_new_session=True)
        started.append(process)
    elif kind in ("link", "hard link"):
        whole = path.with_name("elsewhere")
        whole.write_bytes(data)
        if kind == "link":
            path.symlink_to(whole.name)
        else:
            path.hardlink_to(whole)
    elif kind != "missing":
        path.write_bytes(data)
        if kind == "sparse":
            os.truncate(path, 1 << 30)
        else:
            path.chmod(0)
    return f"{path.name}: {kind}"
