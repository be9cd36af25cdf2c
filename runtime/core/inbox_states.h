/* Conditions that partial indices of the inbox have (migrations.c), word for word: only so an index
   is taken. No IN with more than two values: for it SQLite makes a table in memory each time that a
   row is added or changed, or somebody asks. And 'running' stands in an IN: alone beside OR it
   would send who asks for what runs through all that is open. */
#ifndef CORE_INBOX_STATES_H
#define CORE_INBOX_STATES_H

/* A row of inbox_work that its handler has not ended with; `of` is the table and a dot. */
#define INBOX_IS_OPEN_OF(of) "(" of "state IN ('waiting', 'running') OR " of "state = 'queued')"
#define INBOX_IS_OPEN INBOX_IS_OPEN_OF("")

/* An event that may be forgotten. */
#define INBOX_IS_SETTLED "(state IN ('duplicate', 'dropped') OR state IN ('unhandled', 'done'))"

#endif
