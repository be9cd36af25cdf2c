#!/usr/bin/env python3
"""The status page in headless Chromium, on a phone and on a wide window, in light and in dark: nothing runs over the edge, all
text is large and clear enough to be read, nothing is asked of anybody else, nothing is complained of; and what pages of others
can do with it. Not part of `make test`; `make browser` runs it and leaves pictures in build/browser.

    tests/browser/status.py build/loftyrun [FOLDER]     pictures go to FOLDER"""
import http.server
import math
import os
import random
import shutil
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import devtools  # noqa: E402
from webhook_server import Receiver, check, finish, new_folder  # noqa: E402

MINUTE, HOUR, DAY = 60000, 3600000, 86400000
LONG = "a-name-" + "as-long-as-a-name-may-be-" * 2 + "1234567"

JOBS = f"""
local lofty = require "lofty"
lofty.on.schedule("*/5 * * * *", {{ name = "tags" }}, function() end)
lofty.on.schedule("30 6 * * MON-FRI", {{ name = "morning_brief", tz = "America/New_York" }}, function() end)
lofty.on.schedule("0 * * * *", {{ name = "sync", tz = "America/Argentina/Buenos_Aires" }}, function() end)
lofty.on.schedule("7,17,27 3-5,9-11 1,15 * *", {{ name = "{LONG}" }}, function() end)
lofty.on.webhook("lead.created", {{}}, function() end)
lofty.on.webhook("*", {{ name = "{LONG}" }}, function() end)
"""

# Whatever has text of its own: how large it is, and how it stands out from what is behind it (WCAG 2.2, 1.4.3).
READABLE = """(() => {
  const parse = color => (color.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const bad = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const box = e.getBoundingClientRect();
    if (!own || e.closest('svg, caption') || !box.width) continue;
    let behind = e;
    while (behind && (parse(getComputedStyle(behind).backgroundColor)[3] === 0)) behind = behind.parentElement;
    const style = getComputedStyle(e);
    const a = light(parse(style.color)), b = light(parse(getComputedStyle(behind || document.body).backgroundColor));
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < 4.5 || parseFloat(style.fontSize) < 12) bad.push([e.textContent.slice(0, 40), contrast.toFixed(2), style.fontSize]);
  }
  return bad;
})()"""

OVER_THE_EDGE = """[...document.querySelectorAll('body *')].filter(e => !e.closest('caption, svg') &&
  (e.getBoundingClientRect().right > innerWidth + .5 || e.getBoundingClientRect().left < -.5 || e.scrollWidth > e.clientWidth + 1 &&
   e.clientWidth > 0 && getComputedStyle(e).display !== 'inline')).map(e => e.outerHTML.slice(0, 120))"""


def fill(folder):
    """A busy week."""
    chance, now = random.Random(7), int(time.time() * 1000)
    store = sqlite3.connect(os.path.join(folder, "state", "state.db"), timeout=60)
    steps = {"tags": 5 * MINUTE, "morning_brief": DAY, "sync": HOUR, LONG: DAY}
    for name, job in store.execute("SELECT name, id FROM jobs").fetchall():
        for k in range(40, 0, -1):
            at, failed = now // steps[name] * steps[name] - k * steps[name], (name == "sync" and k < 4) or chance.random() < .05
            ended = at + int({"tags": 1500, "sync": 190000}.get(name, 42000) * chance.uniform(.6, 1.6))
            store.execute("INSERT OR IGNORE INTO instants VALUES (?,?,?,1,1,?,?,1,?,?,?,NULL,0)",
                          (job, at, "failed" if failed else "done", at, 1000 + k, at, ended, 4 if failed else 0))
    store.execute("UPDATE jobs SET failures = 3 WHERE name = 'sync'")
    store.execute("UPDATE jobs SET failures = 5, paused = ?, by_failures = 1 WHERE name = ?", (now - DAY, LONG))
    handlers = [row[0] for row in store.execute("SELECT id FROM inbox_handlers ORDER BY name")]
    event = 0
    for minute in range(175, 0, -1):
        for _ in range(max(0, int(60 + 50 * math.sin(minute / 14) + chance.uniform(-3, 4)))):
            event += 1
            at, state = now - minute * MINUTE, "dead" if event % 800 == 0 else "open" if minute < 4 else "done"
            store.execute("INSERT INTO inbox_deliveries VALUES (?,'sandbox',?,'127.0.0.1',2,7,1,NULL,31000,x'00')", (event, at))
            store.execute("INSERT INTO inbox_events VALUES (?,?,1,'lead.updated','updatedLead',2,7,'5',?,?,?,?,?,'{}')",
                          (event, event, event, at, at, state, f"k{event}"))
            if state != "done":
                store.execute("INSERT INTO inbox_work VALUES (?,?,?,?,1,0,?,0,NULL,NULL,?,'TASK_IS_SMARTPLAN: no')",
                              (event, handlers[event % 2], event, "dead" if state == "dead" else "waiting", now + HOUR, at))
    store.execute("UPDATE inbox_handlers SET considered = ?", (event,))
    for hour in range(48):
        for operation, often in (("leads.list", 2200), ("transactions.create_custom_field_value_of_any_kind", 60), ("tasks.finish", 90)):
            for code, part in (("OK", 1), ("TASK_IS_SMARTPLAN", .1), ("CUSTOM_FIELD_VALUE_OUT_OF_RANGE_OF_ITS_DEFINITION", .02)):
                count = int(often * part * chance.uniform(.4, 1.3) * (1.5 if hour % 24 < 12 else .5))
                for row in (now // HOUR - hour, 0):
                    store.execute("INSERT INTO calls VALUES ('sandbox',?,?,?,?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
                                  (row, operation, code, count))
    for number in range(300):
        at = now - (300 - number) * 4 * MINUTE
        store.execute("INSERT INTO runs VALUES (?,'/opt/x/jobs.lua#tags','sandbox',1,?,?,?)",
                      (number + 1000, at, at + 2000, 0 if number % 41 else 4))
    store.commit()
    store.close()


class Daemon(Receiver):
    """With a status page, on a store that is filled before it is asked."""

    def __init__(self, program, folder):
        with open(os.path.join(folder, "jobs.lua"), "w", encoding="utf-8") as file:
            file.write(JOBS)
        super().__init__(program, folder, "127.0.0.1:0", "--sandbox=empty", "--status", "127.0.0.1:0",
                         os.path.join(folder, "jobs.lua"), environment={"LOFTY_API_KEY": None})
        self.page = "http://" + self.wait_for(r"the status page is served.*place=(\S+)")
        self.wait_for("serving jobs=")


def look(browser, page, pictures, name):
    for width, height in ((360, 800), (1280, 900)):
        for dark in (False, True):
            what = f"{name}, {width} px, {'dark' if dark else 'light'}"
            browser.look(width, height, dark)
            status = browser.go(page + "/?still")
            check(f"{what}: it is there", status == 200 and "loftyrun" in browser.evaluate("document.title"), status)
            wide = browser.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
            check(f"{what}: it does not scroll sideways", wide <= width, wide)
            over = browser.evaluate(OVER_THE_EDGE)
            check(f"{what}: nothing runs over an edge", over == [], over)
            bad = browser.evaluate(READABLE)
            check(f"{what}: all of it can be read", bad == [], bad)
            ground = browser.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
            check(f"{what}: it is what was asked for", (max(ground) < 64) == dark, ground)
            asked = [url for url in browser.asked() if not url.startswith((page + "/", "data:"))]
            check(f"{what}: it asks nobody else", asked == [], asked)
            check(f"{what}: nothing is complained of", browser.complaints() == [], browser.complaints())
            browser.picture(os.path.join(pictures, f"{name}-{width}-{'dark' if dark else 'light'}.png"))


class Stranger(http.server.BaseHTTPRequestHandler):
    """A page of somebody else's."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>stranger</title><p>nothing")

    def log_message(self, *_):
        pass


def strangers(browser, page):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser.go(f"http://127.0.0.1:{server.server_port}/")
    for target in ("/", "/metrics"):
        read = browser.evaluate(f"fetch('{page}{target}').then(r => r.text()).catch(e => 'refused')")
        check(f"a page of another origin cannot read {target}", read == "refused", read)
        browser.evaluate(f"""new Promise(done => {{ const frame = document.createElement('iframe');
            frame.src = '{page}{target}'; frame.onload = () => done(1); document.body.append(frame); }})""")
        blocked = any("frame-ancestors" in text or "Content Security Policy" in text for text in browser.complaints())
        check(f"nor show {target} inside itself", blocked, browser.complaints())
    port = page.rsplit(":", 1)[1]
    status = browser.go(f"http://attacker.example:{port}/")
    text = browser.evaluate("document.body.innerText")
    check("nor under a name of its own for this machine's address", status == 421 and "Jobs" not in text, (status, text))
    server.shutdown()


def main():
    path = devtools.find()
    if not path:
        print("there is no Chromium on this machine: apt-get install chromium")
        sys.exit(1)
    program = os.path.abspath(sys.argv[1])
    pictures = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "build/browser")
    os.makedirs(pictures, exist_ok=True)
    folder = new_folder()
    browser = devtools.Browser(path, "--host-resolver-rules=MAP attacker.example 127.0.0.1")
    daemon = Daemon(program, folder)
    look(browser, daemon.page, pictures, "empty")
    fill(folder)
    daemon.stop()
    daemon = Daemon(program, folder)
    look(browser, daemon.page, pictures, "busy")
    strangers(browser, daemon.page)
    daemon.stop()
    browser.close()
    shutil.rmtree(folder)
    print(f"pictures are in {pictures}")
    finish()


if __name__ == "__main__":
    main()
