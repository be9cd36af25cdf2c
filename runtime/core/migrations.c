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
    "CREATE INDEX once_keys_open ON once_keys (run) WHERE state <> 'done';"};

const int migration_count = sizeof migrations / sizeof *migrations;
