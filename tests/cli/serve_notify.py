#!/usr/bin/env python3
"""A service manager: gives loftyrun serve a socket to report to, and tells what comes there. Usage: serve_notify.py FILE

Standard output gets what is told, a line a message; signs of life are counted apart. The daemon is told to read its files
again, once with a file that is broken, and to end; each when the message before has come."""
import os
import signal
import socket
import subprocess
import sys

FOLDER = os.getcwd()


def wait(manager, wanted):
    """The next message that is no sign of life, which must be as wanted; how many signs came before it."""
    signs = 0
    while True:
        message = manager.recv(4096).decode()
        if message == "WATCHDOG=1":
            signs += 1
            if wanted == "signs" and signs == 3:
                print("signs of life")
                return
            continue
        if wanted == "signs":
            continue
        lines = message.split("\n")
        if lines[0] == "RELOADING=1" and lines[1].startswith("MONOTONIC_USEC=") and lines[1][15:].isdigit():
            lines[1] = "MONOTONIC_USEC=..."
        print(" ".join(lines), flush=True)
        return


def main():
    """One life of a daemon."""
    path = sys.argv[1]
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.settimeout(15)
    name = "\0loftyrun" + FOLDER if sys.platform == "linux" else os.path.join(FOLDER, "socket")
    manager.bind(name)
    environment = dict(os.environ, NOTIFY_SOCKET=name.replace("\0", "@"), WATCHDOG_USEC="200000")
    daemon = subprocess.Popen(["loftyrun", "serve", path], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait(manager, "STATUS")
        wait(manager, "READY=1")
        wait(manager, "signs")
        daemon.send_signal(signal.SIGHUP)
        wait(manager, "RELOADING=1")
        wait(manager, "STATUS")
        wait(manager, "READY=1")
        with open(path, "w", encoding="utf-8") as out:
            out.write("no Lua\n")
        daemon.send_signal(signal.SIGHUP)
        wait(manager, "RELOADING=1")
        wait(manager, "READY=1")
        daemon.send_signal(signal.SIGSTOP)  # it hangs
        manager.setblocking(False)
        try:
            while True:
                manager.recv(4096)
        except BlockingIOError:
            pass
        manager.settimeout(0.4)
        try:
            print("a sign from one that hangs:", manager.recv(4096))
        except TimeoutError:
            print("no sign from one that hangs")
        manager.settimeout(15)
        daemon.send_signal(signal.SIGCONT)
        wait(manager, "signs")
        daemon.send_signal(signal.SIGTERM)
        wait(manager, "STOPPING=1")
        print("exit code", daemon.wait(15))
    finally:
        daemon.kill()
        daemon.wait()


main()
