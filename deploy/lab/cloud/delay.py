"""delay.py MS JITTER LOSS: a network device that gives every packet back after a while, or never.

The lab's kernel has no netem. Packets are routed into the device delay0 and come out of it again MS to MS + JITTER
milliseconds later; the fraction LOSS of them is dropped. Prints a line when it is ready.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
# Beyond this many packets on their way, a real line would drop as well.
QUEUE_MAX = 20_000
BATCH_MAX = 64


def open_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN_NO_PI))
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    for key, value in (("rp_filter", "0"), ("accept_local", "1")):
        with open(f"/proc/sys/net/ipv4/conf/{name}/{key}", "w") as file:
            file.write(value)
    return device


def main():
    seconds, jitter, loss = float(sys.argv[1]) / 1e3, float(sys.argv[2]) / 1e3, float(sys.argv[3])
    device = open_device("delay0")
    print("ready", flush=True)
    queue, number = [], 0
    while True:
        wait = max(0, queue[0][0] - time.monotonic()) if queue else None
        if select.select([device], [], [], wait)[0]:
            try:
                for _ in range(BATCH_MAX):
                    packet = os.read(device, 65536)
                    number += 1
                    if random.random() >= loss and len(queue) < QUEUE_MAX:
                        due = time.monotonic() + seconds + random.random() * jitter
                        heapq.heappush(queue, (due, number, packet))
            except BlockingIOError:
                pass
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            try:
                os.write(device, heapq.heappop(queue)[2])
            except BlockingIOError:
                pass  # the kernel's queue is full: lost, as on a real line


if __name__ == "__main__":
    main()
