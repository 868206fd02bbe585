"""Takes packets out of a capture, as a recorder that is too slow would have missed them."""

import struct

ETHERNET = 14


class Packet:
    """One record of the file, and what TCP says in it."""

    def __init__(self, record, unit):
        self.record = record
        seconds, parts = struct.unpack("<II", record[:8])
        self.time = seconds + parts * unit
        frame = record[16:]
        ip = frame[ETHERNET:]
        header = (ip[0] & 15) * 4
        tcp = ip[header:]
        self.source, self.destination, self.seq = struct.unpack(">HHI", tcp[:8])
        self.syn = bool(tcp[13] & 2)
        total = struct.unpack(">H", ip[2:4])[0] or len(ip)  # 0: larger than 65,535
        self.size = total - header - (tcp[12] >> 4) * 4


def read(path):
    data = path.read_bytes()
    magic, link = struct.unpack("<I", data[:4])[0], struct.unpack("<I", data[20:24])[0]
    if magic not in (0xA1B2C3D4, 0xA1B23C4D) or link != 1:
        raise ValueError(f"{path} is no little-endian capture of Ethernet frames")
    packets, at = [], 24
    while at < len(data):
        size = struct.unpack("<I", data[at + 8 : at + 12])[0]
        packets.append(Packet(data[at : at + 16 + size], 1e-9 if magic == 0xA1B23C4D else 1e-6))
        at += 16 + size
    return data[:24], packets


def _overlaps(packet, isn, places):
    first = (packet.seq - isn - 1) & 0xFFFFFFFF
    return packet.size > 0 and any(first < end and begin < first + packet.size for begin, end in places)


def lose(source, to, server, wanted, bursts, chance, spared):
    """Leaves out what `wanted` names: (client's port, "request" or "answer", (first byte, end)); and a few packets at `bursts`
    places, whatever they are, but none between the two times of `spared`. The number of packets left out."""
    header, packets = read(source)
    first = {}
    for packet in packets:
        if packet.syn:
            first.setdefault((packet.source, packet.destination), set()).add(packet.seq)
    places = {}
    for port, part, place in wanted:
        flow = (port, server) if part == "request" else (server, port)
        if len(first.get(flow, ())) == 1:  # a port that was used twice would lose others' bytes
            places.setdefault(flow, []).append(place)
    left = set()
    for number, packet in enumerate(packets):
        flow = (packet.source, packet.destination)
        if flow in places and _overlaps(packet, next(iter(first[flow])), places[flow]):
            left.add(number)
    for _ in range(bursts):
        at = chance.randrange(len(packets) // 4, len(packets))
        burst = range(at, min(at + chance.randrange(1, 5), len(packets)))
        left.update(number for number in burst if not spared[0] <= packets[number].time <= spared[1])
    to.write_bytes(header + b"".join(packet.record for number, packet in enumerate(packets) if number not in left))
    return len(left)
