"""Runs the program many times, well and badly, with secrets that are nowhere else, and looks for them in everything it
leaves: both outputs, cassettes, state and folders. Prints how many places were searched, and every find."""
import base64
import os
import subprocess
import sys
import urllib.parse

SECRETS = {name: f"q7Z{name}x9distinctive{number}K" for number, name in enumerate(
    ["Key", "Token", "Profile", "User", "Password", "Callback", "Body", "Client", "Customer"])}
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
              "LOFTY_CUSTOMER_KEY": SECRETS["Customer"], "LOFTY_BASE_URL": SERVER},
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


def main():
    """Every environment with every chunk, traced in turns."""
    home, found, places, statuses = os.getcwd(), [], 0, set()
    os.makedirs("state", exist_ok=True)
    for number, (name, settings) in enumerate(ENVIRONMENTS.items()):
        environment = {"PATH": os.environ["PATH"], "HOME": home, **settings}
        write_profile(home, environment.pop("open", None))
        for turn, chunk in enumerate(CHUNKS):
            # A secret in the script itself is its author's: what quotes its lines is left out by handing it over.
            with open("script.lua", "w", encoding="utf-8") as file:
                file.write('local lofty = require "lofty"\nlocal run = load(io.read("a"), "=input", "t", { lofty = lofty, '
                           'error = error, tostring = tostring, select = select })\nrun()\n')
            own = SECRETS[{"token": "Token", "profile": "Profile", "open profile": "Profile"}.get(name, "Key")]
            own = JWT if name in ("signed", "grant") else own
            words = ["loftyrun", "--retries", "1", *TRACES[(number + turn) % 3], "--state", "state", "--record", "tape", "script.lua"]
            done = subprocess.run(words, input=(chunk % {**SECRETS, "own": own}).encode(), env=environment,
                                  capture_output=True, timeout=20, check=False)
            statuses.add(done.returncode)
            texts = {"stdout": done.stdout, "stderr": done.stderr}
            for folder in ("tape", "state"):
                paths = [folder] if os.path.isfile(folder) else [os.path.join(folder, file) for file in os.listdir(folder)] \
                    if os.path.isdir(folder) else []
                for path in paths:
                    with open(path, "rb") as file:
                        texts[path] = file.read()
            places += len(texts)
            found += [f"{name}, {chunk[:40]}: {where}: {needle.decode()}" for where, text in texts.items()
                      for needle in needles() if needle in text]
            if os.path.exists("tape"):
                os.remove("tape")
    for line in sorted(set(found)):
        print(line)
    print(f"{len(found)} found, exit codes {sorted(statuses)}, {'many' if places > 250 else places} places")


main()
