#include "migrations.h"

/* For another database: text is compared byte by byte (COLLATE "C" in PostgreSQL), integers have 64
   bits. */
const char *const migrations[] = {
    /* 1: named spaces of entries (entries.c) */
    "CREATE TABLE spaces (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE entries (space INTEGER NOT NULL REFERENCES spaces, key TEXT NOT NULL,"
    "  value TEXT NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID;"};

const int migration_count = sizeof migrations / sizeof *migrations;
