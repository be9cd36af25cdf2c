#!/usr/bin/env python3
"""Webhooks under load, while the receiver is killed with SIGKILL, ended, and left without disk: what was answered with 200 is
in its store, each event once as new and whole with its delivery, read by another program.

    tests/oracle_inbox.py build/loftyrun [KILLS [SEED]]

`make test` has it killed a few times; 200 kills take some minutes."""
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import time

from webhook_server import (Receiver, batch, check, count, finish, look, new_folder, path, post, read_reply, say)

BIN = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 12
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "7"))
SENDERS = 16


class Senders:
    """Connections that each send one delivery after the other, the same again until it is answered with 200."""

    def __init__(self, port, rng):
        self.port, self.lock, self.over = port, threading.Lock(), threading.Event()
        self.acknowledged, self.next, self.refused, self.broken = {}, 1, 0, 0
        self.sizes = [rng.choice((1, 1, 2, 10, 100)) for _ in range(997)]
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def take(self):
        with self.lock:
            first = self.next
            size = self.sizes[first % len(self.sizes)]
            self.next += size
            return first, size

    def work(self):
        line = None
        while not self.over.is_set():
            first, size = self.take()
            data = post(batch(first, size))
            while True:
                try:
                    if line is None:
                        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                    line.sendall(data)
                    reply = read_reply(line)
                except OSError:
                    reply = None
                if reply and reply[0] == 200:
                    with self.lock:
                        self.acknowledged[first] = size
                    break
                with self.lock:
                    self.refused += reply is not None
                    self.broken += reply is None
                if reply is None and line is not None:
                    line.close()
                    line = None
                if reply is None:
                    time.sleep(0.002)

    def finish(self):
        """Lets what is under way end with a 200."""
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def events(self):
        with self.lock:
            return sum(self.acknowledged.values())

    def leads(self):
        with self.lock:
            return {lead for first, size in self.acknowledged.items() for lead in range(first, first + size)}


def stored(folder, condition="state = 'new'"):
    return [row[0] for row in look(folder, f"SELECT lead FROM inbox_events WHERE {condition}")]


def torn(folder):
    return look(folder, "SELECT id FROM inbox_deliveries d WHERE events <> "
                        "(SELECT count(*) FROM inbox_events WHERE delivery = d.id)")


def test_kills():
    rng = random.Random(SEED)
    folder = new_folder()
    receiver = Receiver(BIN, folder)
    port, senders, lost, place = receiver.port, Senders(receiver.port, rng), [], f"127.0.0.1:{receiver.port}"
    for number in range(KILLS):
        before = senders.events()
        deadline = time.monotonic() + 20
        while senders.events() <= before + rng.randint(0, 400) and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02))
        receiver.stop(signal.SIGKILL)
        acknowledged = senders.leads()
        missing = acknowledged - set(stored(folder))
        if missing:
            lost.append((number, len(missing), sorted(missing)[:5]))
        receiver = Receiver(BIN, folder, place)
        if receiver.place is None:
            lost.append((number, "it does not begin again", receiver.errors))
            break
    senders.finish()
    code = receiver.stop()
    leads = stored(folder)
    check(f"{KILLS} kills: nothing acknowledged is lost", not lost, lost)
    check("each event is new once", len(leads) == len(set(leads)) and set(leads) == senders.leads(),
          (len(leads), len(set(leads)), len(senders.leads())))
    check("what was sent again is marked, nothing else", set(stored(folder, "state <> 'new'")) <= set(leads) and
          count(folder, "state NOT IN ('new', 'duplicate')") == 0)
    check("each delivery has all of its events", torn(folder) == [])
    check("there was something to lose", len(leads) > 50 * KILLS and senders.broken >= KILLS, (len(leads), senders.broken, port))
    check("it ends when told to", code == 0, (code, receiver.errors[-500:]))
    shutil.rmtree(folder)


def test_ends():
    """SIGTERM in the middle of the load: whoever was not answered sends again to the next one."""
    rng = random.Random(SEED + 1)
    folder = new_folder()
    receiver = Receiver(BIN, folder)
    senders, place, codes = Senders(receiver.port, rng), f"127.0.0.1:{receiver.port}", []
    for _ in range(3):
        before = senders.events()
        while senders.events() < before + 200:
            time.sleep(0.001)
        codes.append(receiver.stop())
        receiver = Receiver(BIN, folder, place)
    senders.finish()
    receiver.stop()
    leads = stored(folder)
    check("ended in the middle of load, it loses nothing", codes == [0, 0, 0] and sorted(leads) == sorted(senders.leads()),
          (codes, len(leads), len(senders.leads())))
    shutil.rmtree(folder)


def test_full_disk():
    """A limit for the size of files, which is what a full disk looks like, lifted again while it runs."""
    folder = new_folder()

    def prepare():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500000, resource.RLIM_INFINITY))
    receiver = Receiver(BIN, folder, prepare=prepare)
    acknowledged, first, reply = [], 1, None
    with receiver.connect() as line:
        for _ in range(400):
            line.sendall(post(batch(first, 100)))
            reply = read_reply(line)
            if reply is None or reply[0] != 200:
                break
            acknowledged.append(first)
            first += 100
        check("a full disk is 503, with when to try again", reply is not None and reply[0] == 503 and
              reply[1].get("retry-after", "").isdigit() and len(acknowledged) > 3, (reply and reply[:2], len(acknowledged)))
        check("a refused delivery is not in the inbox", set(stored(folder)) == {lead for start in acknowledged
                                                                               for lead in range(start, start + 100)})
        for _ in range(100):  # trying takes the little that is left
            ready = say(receiver, post("", path(ending="/readyz"), method="GET"))
            if ready != 200:
                break
        alive = say(receiver, post("", path(ending="/healthz"), method="GET"))
        check("it is alive, and says that it is not ready", (alive, ready) == (200, 503), (alive, ready))
        resource.prlimit(receiver.child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        ready = say(receiver, post("", path(ending="/readyz"), method="GET"))
        line.sendall(post(batch(first, 100)))
        reply = read_reply(line)
    check("with room again it takes what it had refused", ready == 200 and reply and reply[0] == 200 and
          len(stored(folder)) == 100 * len(acknowledged) + 100, (ready, reply and reply[:2]))
    code = receiver.stop()
    check("and says so in its log", code == 0 and receiver.errors.count("cannot be kept") == 1 and
          receiver.errors.count("kept again") == 1, (code, receiver.errors))
    shutil.rmtree(folder)


def test_other_writer():
    """Another process holds the store's write lock for a moment: deliveries wait for it."""
    folder = new_folder()
    receiver = Receiver(BIN, folder)
    store = sqlite3.connect(os.path.join(folder, "state", "state.db"), isolation_level=None)
    store.execute("BEGIN IMMEDIATE")
    with receiver.connect() as line:
        line.sendall(post(batch(1, 5)))
        line.settimeout(0.3)
        waits = read_reply(line) is None
        store.execute("COMMIT")
        line.settimeout(30)
        reply = read_reply(line)
    store.close()
    check("while another process writes, a delivery waits", waits and reply and reply[0] == 200 and count(folder) == 5,
          (waits, reply and reply[:2]))
    receiver.stop()
    shutil.rmtree(folder)


test_kills()
test_ends()
test_full_disk()
test_other_writer()
finish()
