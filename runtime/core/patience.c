#include "patience.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { SWEEP_MS = 1000 };

struct line {
  struct patience *patience;
  struct MHD_Connection *connection;
  int64_t since;
  bool waits; /* for us */
  struct line *previous, *next;
};

static struct line *line_of(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

static void take_out(struct line *line) {
  struct patience *patience = line->patience;
  *(line->previous ? &line->previous->next : &patience->oldest) = line->next;
  *(line->next ? &line->next->previous : &patience->newest) = line->previous;
}

static void put_last(struct line *line) {
  struct patience *patience = line->patience;
  line->since = loop_now();
  line->previous = patience->newest;
  line->next = NULL;
  *(patience->newest ? &patience->newest->next : &patience->oldest) = line;
  patience->newest = line;
}

/* The library sees the end of a connection that is shut down, and closes it. */
static void shut_down(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info) shutdown(info->connect_fd, SHUT_RDWR);
}

static void sweep(void *context) {
  struct patience *patience = context;
  int64_t limit = loop_now() - (int64_t)patience->seconds * 1000;
  struct line *next;
  for (struct line *line = patience->oldest; line && line->since < limit; line = next) {
    next = line->next;
    if (!line->waits) shut_down(line->connection);
    take_out(line);
    put_last(line);
  }
  if (patience->oldest) loop_timer_set(patience->loop, &patience->timer, SWEEP_MS, sweep, patience);
}

void patience_begin(struct patience *patience, struct loop *loop, unsigned seconds, void *owner) {
  *patience = (struct patience){.loop = loop, .seconds = seconds, .owner = owner};
}

void patience_end(struct patience *patience) { loop_timer_clear(patience->loop, &patience->timer); }

void patience_notify(void *context, struct MHD_Connection *connection, void **state,
                     enum MHD_ConnectionNotificationCode code) {
  struct patience *patience = context;
  struct line *line = *state;
  if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
    if (line) {
      take_out(line);
      patience->count--;
    }
    free(line);
    *state = NULL;
    return;
  }
  line = calloc(1, sizeof *line);
  if (!line) return; /* its time is not limited, its idleness is */
  *line = (struct line){.patience = patience, .connection = connection};
  put_last(line);
  patience->count++;
  *state = line;
  if (patience->seconds && !patience->timer.armed)
    loop_timer_set(patience->loop, &patience->timer, SWEEP_MS, sweep, patience);
}

void patience_renew(struct MHD_Connection *connection) {
  struct line *line = line_of(connection);
  if (!line) return;
  take_out(line);
  put_last(line);
}

void patience_pause(struct MHD_Connection *connection, bool waits) {
  struct line *line = line_of(connection);
  if (line) line->waits = waits;
}

void *patience_owner(struct MHD_Connection *connection) {
  const struct line *line = line_of(connection);
  return line ? line->patience->owner : NULL;
}
