"""Runs the program many times, well and badly, with secrets that are nowhere else, and looks for them in everything it
leaves: both outputs, cassettes, state and folders. Prints how many places were searched, and every find."""
import base64
import hashlib
import os
import subprocess
import sys
import time
import urllib.parse

SECRETS = {name: f"q7Z{name}x9distinctive{number}K" for number, name in enumerate(
    ["Key", "Token", "Profile", "User", "Password", "Callback", "Body", "Client", "Customer", "Access", "Refresh"])}
JWT = "eyJhbGciOiJIUzI1NiJ9.q7ZsignedDistinctive.c2lnbmF0dXJlZGlzdGluY3RpdmU"
TRACES = [[], ["--trace"], ["--trace", "--log-format", "json", "--log-level", "debug"]]
SERVER, CLOSED, SANDBOX = sys.argv[1:4]

CHUNKS = [
    "lofty.leads.list()",
    "error(lofty.leads.get(7), 0)",
    "lofty.leads.create { firstName = 'A', lastName = 'B', content = 'I am %(own)s' }",
    "lofty.webhooks.create { callbackUrl = 'https://%(User)s:%(Callback)s@example.com/?token=%(Callback)s', listId = 2 }",
    "lofty.notes.create({ leadId = 7, content = 'x', password = '%(Body)s', apiKey = '%(Body)s' }, { unchecked = true })",
    "lofty.log.info('reply', { body = tostring(select(2, lofty.try(lofty.leads.get, 7))) })",
    "for lead in lofty.leads.each { resume = 'here' } do break end",
    "lofty.leads.list { key = '" + JWT + "' }",
]

ENVIRONMENTS = {
    "key": {"LOFTY_API_KEY": SECRETS["Key"], "LOFTY_BASE_URL": SERVER},
    "pasted": {"LOFTY_API_KEY": " token " + SECRETS["Key"] + "\n", "LOFTY_BASE_URL": SANDBOX},
    "token": {"LOFTY_ACCESS_TOKEN": SECRETS["Token"], "LOFTY_BASE_URL": SANDBOX},
    "signed": {"LOFTY_ACCESS_TOKEN": JWT, "LOFTY_BASE_URL": SANDBOX},
    "closed": {"LOFTY_API_KEY": SECRETS["Key"], "LOFTY_BASE_URL": CLOSED},
    "both": {"LOFTY_API_KEY": SECRETS["Key"], "LOFTY_ACCESS_TOKEN": SECRETS["Token"], "LOFTY_BASE_URL": SERVER},
    "invalid": {"LOFTY_API_KEY": SECRETS["Key"] + "ß", "LOFTY_BASE_URL": SERVER},
    "userinfo": {"LOFTY_API_KEY": SECRETS["Key"],
                 "LOFTY_BASE_URL": "https://{User}:{Password}@example.com".format(**SECRETS)},
    "insecure": {"LOFTY_API_KEY": SECRETS["Key"], "LOFTY_BASE_URL": "http://{User}:{Password}@example.com/".format(**SECRETS)},
    "profile": {"LOFTY_PROFILE": "mine"},
    "open profile": {"LOFTY_PROFILE": "mine", "open": "1"},
    "grant": {"LOFTY_CLIENT_ID": "id", "LOFTY_CLIENT_SECRET": SECRETS["Client"],
              "LOFTY_CUSTOMER_KEY": SECRETS["Key"], "LOFTY_BASE_URL": SERVER},
    "client": {"LOFTY_CLIENT_ID": "id", "LOFTY_CLIENT_SECRET": SECRETS["Client"] + "&",
               "LOFTY_CUSTOMER_KEY": SECRETS["Customer"], "LOFTY_BASE_URL": SANDBOX},
    "half a client": {"LOFTY_CLIENT_ID": "id", "LOFTY_CUSTOMER_KEY": SECRETS["Customer"], "LOFTY_BASE_URL": SANDBOX},
    "login": {"LOFTY_CLIENT_ID": "id", "LOFTY_CLIENT_SECRET": SECRETS["Client"], "LOFTY_BASE_URL": SANDBOX, "ends": "600"},
    "login over": {"LOFTY_CLIENT_ID": "id", "LOFTY_CLIENT_SECRET": SECRETS["Client"], "LOFTY_BASE_URL": SANDBOX, "ends": "-1"},
}


def needles():
    """Each secret as it is and as somebody might have written it."""
    for secret in [*SECRETS.values(), JWT]:
        raw = secret.encode()
        yield from {raw, urllib.parse.quote(secret).encode(), base64.b64encode(raw).rstrip(b"=")[:-1], raw.hex().encode()}


def write_profile(home, is_open):
    """A profile with secrets of its own."""
    folder = os.path.join(home, ".config", "loftyrun")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "config.lua")
    with open(path, "w", encoding="utf-8") as file:
        file.write('return { profiles = { mine = { api_key = "%s", base_url = "%s" } } }' % (SECRETS["Profile"], SANDBOX))
    os.chmod(path, 0o644 if is_open else 0o600)


def write_login(home, base, ends):
    """The tokens of a login that was done an hour ago."""
    folder = os.path.join(home, ".local/state/loftyrun/tokens")
    os.makedirs(folder, 0o700, exist_ok=True)
    name = hashlib.sha256(f"login\n{base}\nid\nlogin\ndefault".encode()).hexdigest()[:32]
    now = int(time.time() * 1000)
    with open(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"loftyrun tokens 1\nkind = login\nclient_id = id\nendpoint = {base}/oauth/token\n"
                   f"obtained_at = {now - 3600000}\nexpires_at = {now + int(ends) * 1000}\n"
                   f"access_token = {SECRETS['Access']}\nrefresh_token = {SECRETS['Refresh']}\nend\n")


def texts_below(folder):
    """All that a run leaves in a folder. In the files of tokens only what may not be there counts."""
    texts = {}
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                text = file.read()
            if path.endswith("/tokens"):
                text = text.replace(SECRETS["Access"].encode(), b"").replace(SECRETS["Refresh"].encode(), b"")
            texts[os.path.join(path, name)] = text
    return texts


def main():
    """Every environment with every chunk, traced in turns."""
    home, found, places, statuses = os.getcwd(), [], 0, set()
    os.makedirs("state", exist_ok=True)
    for number, (name, settings) in enumerate(ENVIRONMENTS.items()):
        environment = {"PATH": os.environ["PATH"], "HOME": home, **settings}
        write_profile(home, environment.pop("open", None))
        ends = environment.pop("ends", None)
        for turn, chunk in enumerate(CHUNKS):
            # A secret in the script itself is its author's: what quotes its lines is left out by handing it over.
            with open("script.lua", "w", encoding="utf-8") as file:
                file.write('local lofty = require "lofty"\nlocal run = load(io.read("a"), "=input", "t", { lofty = lofty, '
                           'error = error, tostring = tostring, select = select })\nrun()\n')
            if ends:
                write_login(home, SANDBOX, ends)
            own = SECRETS[{"token": "Token", "profile": "Profile", "open profile": "Profile", "client": "Customer", "login": "Access",
                           "login over": "Refresh"}.get(name, "Key")]
            own = JWT if name in ("signed", "grant") else own
            words = ["loftyrun", "--retries", "1", *TRACES[(number + turn) % 3], "--state", "state", "--record", "tape", "script.lua"]
            done = subprocess.run(words, input=(chunk % {**SECRETS, "own": own}).encode(), env=environment,
                                  capture_output=True, timeout=20, check=False)
            statuses.add(done.returncode)
            texts = {"stdout": done.stdout, "stderr": done.stderr}
            texts.update(texts_below("state"))
            texts.update(texts_below(".local"))
            if os.path.exists("tape"):
                with open("tape", "rb") as file:
                    texts["tape"] = file.read()
            places += len(texts)
            found += [f"{name}, {chunk[:40]}: {where}: {needle.decode()}" for where, text in texts.items()
                      for needle in needles() if needle in text]
            if os.path.exists("tape"):
                os.remove("tape")
    for line in sorted(set(found)):
        print(line)
    print(f"{len(found)} found, exit codes {sorted(statuses)}, {'many' if places > 250 else places} places")


main()
