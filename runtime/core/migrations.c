#include "migrations.h"

/* For another database: text is compared byte by byte (COLLATE "C" in PostgreSQL), integers have 64
   bits; account_normalised is url_normalise_account of url.h. */
const char *const migrations[] = {
    /* 1: named spaces of entries (entries.c) */
    "CREATE TABLE spaces (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE entries (space INTEGER NOT NULL REFERENCES spaces, key TEXT NOT NULL,"
    "  value TEXT NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID;",
    /* 2: runs and their writes (journal.c), keys of what is done once (once.c) */
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, script TEXT NOT NULL, account TEXT NOT NULL,"
    "  process INTEGER NOT NULL, began INTEGER NOT NULL, ended INTEGER, exit_code INTEGER);"
    "CREATE TABLE writes (run INTEGER NOT NULL, number INTEGER NOT NULL, operation TEXT NOT NULL,"
    "  method TEXT NOT NULL, path TEXT NOT NULL, parameters TEXT, fields TEXT, once_key TEXT,"
    "  image TEXT, began INTEGER NOT NULL, settled INTEGER, state TEXT NOT NULL, result TEXT,"
    "  PRIMARY KEY (run, number)) WITHOUT ROWID;"
    "CREATE INDEX writes_open ON writes (run) WHERE state IN ('sending', 'unknown');"
    "CREATE TABLE once_keys (account TEXT NOT NULL, once_key TEXT NOT NULL, state TEXT NOT NULL,"
    "  run INTEGER NOT NULL, first INTEGER NOT NULL, began INTEGER NOT NULL, until INTEGER,"
    "  result TEXT, PRIMARY KEY (account, once_key)) WITHOUT ROWID;"
    "CREATE INDEX once_keys_until ON once_keys (until) WHERE until IS NOT NULL;"
    "CREATE INDEX once_keys_open ON once_keys (run) WHERE state <> 'done';",
    /* 3: the profile "default" has one name, whether it was written down or not */
    "UPDATE runs SET account = 'default' || account WHERE account LIKE '@%';"
    "UPDATE once_keys SET account = 'default' || account WHERE account LIKE '@%' AND NOT EXISTS"
    "  (SELECT 1 FROM once_keys AS other WHERE other.once_key = once_keys.once_key"
    "   AND other.account = 'default' || once_keys.account);"
    "UPDATE spaces SET name = 'state default' || substr(name, 7) WHERE name LIKE 'state @%'"
    "  AND NOT EXISTS (SELECT 1 FROM spaces AS other"
    "   WHERE other.name = 'state default' || substr(spaces.name, 7));"
    "UPDATE spaces SET name = 'sync default' || substr(name, 6) WHERE name LIKE 'sync @%'"
    "  AND NOT EXISTS (SELECT 1 FROM spaces AS other"
    "   WHERE other.name = 'sync default' || substr(spaces.name, 6));"
    "UPDATE spaces SET name = 'resume default' || substr(name, 8) WHERE name LIKE 'resume @%'"
    "  AND NOT EXISTS (SELECT 1 FROM spaces AS other"
    "   WHERE other.name = 'resume default' || substr(spaces.name, 8));",
    /* 4: jobs and daemons (schedule_jobs.c), what came of each instant (schedule_instants.c) */
    "CREATE TABLE sources (id INTEGER PRIMARY KEY, file TEXT NOT NULL, digest BLOB NOT NULL,"
    "  text BLOB NOT NULL, UNIQUE (file, digest));"
    "CREATE TABLE jobs (id INTEGER PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL,"
    "  source INTEGER NOT NULL REFERENCES sources, body TEXT NOT NULL, line INTEGER NOT NULL,"
    "  expression TEXT NOT NULL, zone TEXT NOT NULL, overlap TEXT NOT NULL,"
    "  catch_up TEXT NOT NULL, catch_up_within INTEGER NOT NULL, jitter INTEGER NOT NULL,"
    "  timeout INTEGER NOT NULL, retries INTEGER NOT NULL, retry_delay INTEGER NOT NULL,"
    "  pause_after INTEGER NOT NULL, considered INTEGER NOT NULL, forgotten INTEGER NOT NULL,"
    "  paused INTEGER, by_failures INTEGER NOT NULL, failures INTEGER NOT NULL,"
    "  UNIQUE (account, name));"
    "CREATE TABLE servers (id INTEGER PRIMARY KEY, process INTEGER NOT NULL,"
    "  began INTEGER NOT NULL);"
    "CREATE TABLE served (server INTEGER NOT NULL, job INTEGER NOT NULL,"
    "  PRIMARY KEY (server, job)) WITHOUT ROWID;"
    "CREATE INDEX served_job ON served (job);"
    "CREATE TABLE instants (job INTEGER NOT NULL, instant INTEGER NOT NULL, state TEXT NOT NULL,"
    "  times INTEGER NOT NULL, attempt INTEGER NOT NULL, not_before INTEGER NOT NULL, run INTEGER,"
    "  process INTEGER, began INTEGER, ended INTEGER, exit_code INTEGER, cancelled INTEGER,"
    "  by_hand INTEGER NOT NULL, PRIMARY KEY (job, instant)) WITHOUT ROWID;"
    "CREATE INDEX instants_open ON instants (not_before) WHERE state IN ('waiting', 'running');",
    /* 5: what runs have printed (outputs.c) */
    "CREATE TABLE outputs (run INTEGER PRIMARY KEY, head BLOB NOT NULL, left_out INTEGER NOT NULL,"
    "  tail BLOB NOT NULL);",
    /* 6: how often something was done on a day (counts.c) */
    "CREATE TABLE counts (account TEXT NOT NULL, name TEXT NOT NULL, day TEXT NOT NULL,"
    "  used INTEGER NOT NULL, PRIMARY KEY (account, name, day)) WITHOUT ROWID;",
    /* 7: what did not come to its end as it should is counted without a look at all writes */
    "DROP INDEX writes_open;"
    "CREATE INDEX writes_not_done ON writes (run, state) WHERE state <> 'done';",
    /* 8: webhooks that were delivered, and their events (inbox.c). inbox_work has a row for each
       handler that an event is given to: its tries, and who is at it. */
    "CREATE TABLE inbox_deliveries (id INTEGER PRIMARY KEY, account TEXT NOT NULL,"
    "  received INTEGER NOT NULL, origin TEXT NOT NULL, list_id INTEGER, team_id INTEGER,"
    "  events INTEGER NOT NULL, problem TEXT, size INTEGER NOT NULL, body BLOB NOT NULL);"
    "CREATE INDEX inbox_deliveries_size ON inbox_deliveries (received, size);"
    "CREATE TABLE inbox_events (id INTEGER PRIMARY KEY,"
    "  delivery INTEGER NOT NULL REFERENCES inbox_deliveries, position INTEGER NOT NULL,"
    "  name TEXT NOT NULL, array_name TEXT, list_id INTEGER, team_id INTEGER, thing TEXT,"
    "  lead INTEGER, happened INTEGER, received INTEGER NOT NULL, state TEXT NOT NULL,"
    "  event_key TEXT, raw TEXT);"
    "CREATE INDEX inbox_events_delivery ON inbox_events (delivery);"
    "CREATE INDEX inbox_events_key ON inbox_events (event_key, received)"
    "  WHERE event_key IS NOT NULL;"
    "CREATE INDEX inbox_events_new ON inbox_events (id) WHERE state = 'new';"
    "CREATE INDEX inbox_events_settled ON inbox_events (received)"
    "  WHERE state IN ('duplicate', 'dropped', 'unhandled', 'done');"
    "CREATE TABLE inbox_handlers (id INTEGER PRIMARY KEY, account TEXT NOT NULL,"
    "  name TEXT NOT NULL, source INTEGER NOT NULL REFERENCES sources, line INTEGER NOT NULL,"
    "  pattern TEXT NOT NULL, prefix TEXT, concurrency INTEGER NOT NULL,"
    "  timeout INTEGER NOT NULL, retries INTEGER NOT NULL, coalesces INTEGER NOT NULL,"
    "  generation INTEGER NOT NULL, server INTEGER, since INTEGER NOT NULL,"
    "  considered INTEGER NOT NULL, UNIQUE (account, name));"
    "CREATE TABLE inbox_work (event INTEGER NOT NULL REFERENCES inbox_events,"
    "  handler INTEGER NOT NULL REFERENCES inbox_handlers, lead INTEGER, state TEXT NOT NULL,"
    "  attempt INTEGER NOT NULL, deaths INTEGER NOT NULL, next_attempt INTEGER NOT NULL,"
    "  coalesced INTEGER NOT NULL, run INTEGER, began INTEGER, settled INTEGER, problem TEXT,"
    "  PRIMARY KEY (event, handler)) WITHOUT ROWID;"
    "CREATE INDEX inbox_work_due ON inbox_work (handler, next_attempt) WHERE state = 'waiting';"
    "CREATE INDEX inbox_work_lead ON inbox_work (handler, lead, event)"
    "  WHERE state IN ('waiting', 'running', 'queued');"
    "CREATE INDEX inbox_work_running ON inbox_work (handler, run) WHERE state = 'running';"
    "CREATE TABLE inbox_tries (event INTEGER NOT NULL, handler INTEGER NOT NULL,"
    "  began INTEGER NOT NULL, attempt INTEGER NOT NULL, run INTEGER NOT NULL,"
    "  ended INTEGER NOT NULL, problem TEXT NOT NULL,"
    "  PRIMARY KEY (event, handler, began, attempt)) WITHOUT ROWID;",
    /* 9: calls by operation and code (tally.c), and indices with which numbers about a large store
       are found at once (status.c) */
    "CREATE TABLE calls (account TEXT NOT NULL, hour INTEGER NOT NULL, operation TEXT NOT NULL,"
    "  code TEXT NOT NULL, calls INTEGER NOT NULL,"
    "  PRIMARY KEY (account, hour, operation, code)) WITHOUT ROWID;"
    "DROP INDEX inbox_deliveries_size;"
    "CREATE INDEX inbox_deliveries_size ON inbox_deliveries (received, size, events);"
    "CREATE INDEX inbox_events_resting ON inbox_events (state, received)"
    "  WHERE state IN ('unreadable', 'dead');"
    "CREATE INDEX inbox_work_dead ON inbox_work (handler, settled) WHERE state = 'dead';"
    "CREATE INDEX instants_began ON instants (job, began, instant) WHERE run IS NOT NULL;",
    /* 10: events that nobody delivered (inbox_reconcile.c). What was is found by its key, and by
       what it is about where it has none. */
    "ALTER TABLE inbox_events ADD COLUMN reconciled INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX inbox_events_keyless ON inbox_events (thing) WHERE event_key IS NULL;"
    "CREATE INDEX inbox_events_reconciled ON inbox_events (thing) WHERE reconciled = 1;",
    /* 11: when a write began by Lofty's clock, for this machine's may be put before anybody looks
       what became of it */
    "ALTER TABLE writes ADD COLUMN began_there INTEGER;",
    /* 12: conditions that cost nothing to look at (inbox_states.h) */
    "DROP INDEX inbox_events_settled;"
    "CREATE INDEX inbox_events_settled ON inbox_events (received)"
    "  WHERE state IN ('duplicate', 'dropped') OR state IN ('unhandled', 'done');"
    "DROP INDEX inbox_work_lead;"
    "CREATE INDEX inbox_work_lead ON inbox_work (handler, lead, event)"
    "  WHERE state IN ('waiting', 'running') OR state = 'queued';",
    /* 13: an account has one name, however the host of its base URL is spelled. Where both names
       were in use, what both have stays as it is under the one that is left. */
    "UPDATE runs SET account = account_normalised(account)"
    "  WHERE account_normalised(account) <> account;"
    "UPDATE OR IGNORE once_keys SET account = account_normalised(account)"
    "  WHERE account_normalised(account) <> account;"
    "UPDATE OR IGNORE jobs SET account = account_normalised(account)"
    "  WHERE account_normalised(account) <> account;"
    "UPDATE OR IGNORE inbox_handlers SET account = account_normalised(account)"
    "  WHERE account_normalised(account) <> account;"
    "UPDATE inbox_deliveries SET account = account_normalised(account)"
    "  WHERE account_normalised(account) <> account;"
    "INSERT INTO counts SELECT account_normalised(account), name, day, used FROM counts"
    "  WHERE account_normalised(account) <> account"
    "  ON CONFLICT (account, name, day) DO UPDATE SET used = used + excluded.used;"
    "DELETE FROM counts WHERE account_normalised(account) <> account;"
    "INSERT INTO calls SELECT account_normalised(account), hour, operation, code, calls FROM calls"
    "  WHERE account_normalised(account) <> account"
    "  ON CONFLICT (account, hour, operation, code)"
    "  DO UPDATE SET calls = calls + excluded.calls;"
    "DELETE FROM calls WHERE account_normalised(account) <> account;"
    "UPDATE OR IGNORE spaces SET name = account_normalised(name)"
    "  WHERE account_normalised(name) <> name;"
    "UPDATE OR IGNORE entries SET space = (SELECT one.id FROM spaces AS one, spaces AS other"
    "    WHERE other.id = entries.space AND one.name = account_normalised(other.name))"
    "  WHERE space IN (SELECT id FROM spaces WHERE account_normalised(name) <> name);"};

const int migration_count = sizeof migrations / sizeof *migrations;
