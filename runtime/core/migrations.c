#include "migrations.h"

/* For another database: text is compared byte by byte (COLLATE "C" in PostgreSQL), integers have 64
   bits. */
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
    /* 3: jobs and daemons (schedule_jobs.c), what came of each instant (schedule_instants.c) */
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
    /* 4: what runs have printed (outputs.c) */
    "CREATE TABLE outputs (run INTEGER PRIMARY KEY, head BLOB NOT NULL, left_out INTEGER NOT NULL,"
    "  tail BLOB NOT NULL);",
    /* 5: how often something was done on a day (counts.c) */
    "CREATE TABLE counts (account TEXT NOT NULL, name TEXT NOT NULL, day TEXT NOT NULL,"
    "  used INTEGER NOT NULL, PRIMARY KEY (account, name, day)) WITHOUT ROWID;",
    /* 6: what did not come to its end as it should is counted without a look at all writes */
    "DROP INDEX writes_open;"
    "CREATE INDEX writes_not_done ON writes (run, state) WHERE state <> 'done';"};

const int migration_count = sizeof migrations / sizeof *migrations;
