/* The tables of the store, as the steps that made them what they are. */
#ifndef CORE_MIGRATIONS_H
#define CORE_MIGRATIONS_H

/* Step N brings a store from version N to N + 1. Steps are only ever added: what was released is
   not changed any more. */
extern const char *const migrations[];
extern const int migration_count;

#endif
