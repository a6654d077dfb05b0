"""Files whose checksums are those of what was changed in them: what programs do not trust is read as far as it goes."""
import re
import struct

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def framed(payload):
    """A record of TFRecord."""
    length = struct.pack("<Q", len(payload))
    return length + masked(length) + payload + masked(payload)


def records(data):
    """The payloads of a file of records, None if it is none."""
    found, at = [], 0
    while at < len(data):
        if at + 16 > len(data):
            return None
        length = struct.unpack_from("<Q", data, at)[0]
        if masked(data[at:at + 8]) != data[at + 8:at + 12] or at + 16 + length > len(data):
            return None
        found.append(data[at + 12:at + 12 + length])
        at += 16 + length
    return found


def change(draw, path, mutations):
    """One record of a file, or the text of a manifest, changed by one of the mutations; False if the file is neither."""
    data = path.read_bytes()
    manifest = re.fullmatch(rb"(.*\n)# crc32c: [0-9a-f]{8}\n", data, re.S)
    if manifest:
        text = draw.choice(mutations)(draw, manifest[1])
        path.write_bytes(text + b"# crc32c: %08x\n" % crc32c(text))
        return True
    payloads = records(data) if data and len(data) < 1 << 20 else None
    if not payloads:
        return False
    at = draw.randrange(len(payloads))
    way = draw.random()
    if way < 0.1:
        payloads.pop(at)
    elif way < 0.2:
        payloads.insert(at, draw.choice(payloads))
    else:
        payloads[at] = draw.choice(mutations)(draw, payloads[at])
    path.write_bytes(b"".join(map(framed, payloads)))
    return True
