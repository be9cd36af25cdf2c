#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/auth.h"
#include "../core/folder.h"
#include "../core/loop.h"
#include "../core/outputs.h"
#include "../core/tape.h"
#include "../core/utf8.h"

enum {
  SAID_MOST = 1024 * 1024, /* of the beginning, and of the end, to be said where the run fails */
  KEPT_MOST = 64 * 1024,   /* likewise, in the history */
  MARGIN = 16 * 1024,      /* a secret that was cut in two is no more known as one */
  KEEP_MS = 250,
  READ_MOST = 64 * 1024,        /* of one stream, before the other has its turn */
  LINES_MOST = 64 * 1024,       /* passed on as one piece */
  PART_MS = 250,                /* for how long the beginning of a line waits for its end */
  LAST_MOST = 16 * 1024 * 1024, /* still read when the run has ended; others may go on writing */
  SECRETS_MOST = 16
};

/* What was read of one stream and is not passed on yet. */
struct lines {
  size_t length;
  char bytes[LINES_MOST];
};

struct work {
  const struct keeper *keeper;
  int from[2]; /* -1: closed */
  struct lines lines[2];
  struct tape tape;
  char *secrets[SECRETS_MOST];
  size_t secret_count;
  struct store *store;
  int64_t run;  /* 0: it has no number */
  bool news;    /* not kept yet */
  int64_t kept; /* when something was kept last, by the monotonic clock */
  bool missed;  /* the run is not in the history */
  int error;    /* of standard output */
  bool ended;
  bool told;
  int exit_code;
};

bool keeper_write(int fd, const void *bytes, size_t length) {
  const char *from = bytes;
  while (length > 0) {
    ssize_t count = write(fd, from, length);
    if (count >= 0) {
      from += count;
      length -= (size_t)count;
      continue;
    }
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    if (errno == EAGAIN && poll(&wait, 1, -1) < 0 && errno != EINTR) return false;
    if (errno != EAGAIN && errno != EINTR) return false;
  }
  return true;
}

bool keeper_read(int fd, void *bytes, size_t length) {
  char *to = bytes;
  while (length > 0) {
    ssize_t count = read(fd, to, length);
    if (count == 0 || (count < 0 && errno != EINTR)) return false;
    if (count < 0) continue;
    to += count;
    length -= (size_t)count;
  }
  return true;
}

/* The first `length` bytes. What cannot be passed on is the run's loss: its next write there fails,
   as it would have. */
static void pass_on(struct work *work, int stream, size_t length) {
  struct lines *lines = &work->lines[stream];
  bool fine = length == 0 || keeper_write(work->keeper->to[stream], lines->bytes, length);
  memmove(lines->bytes, lines->bytes + length, lines->length - length);
  lines->length -= length;
  if (fine) return;
  if (stream == 0 && !work->error) work->error = errno;
  close(work->from[stream]);
  work->from[stream] = -1;
  lines->length = 0;
}

static void pass_all_on(struct work *work) {
  for (int stream = 0; stream < 2; stream++) pass_on(work, stream, work->lines[stream].length);
}

/* Whole lines, so that those of several runs that write into one file stay whole. */
static void pass_lines_on(struct work *work, int stream) {
  struct lines *lines = &work->lines[stream];
  size_t length = lines->length;
  while (length > 0 && lines->bytes[length - 1] != '\n') length--;
  if (length == 0 && lines->length == LINES_MOST) length = LINES_MOST;
  pass_on(work, stream, length);
}

/* Reads what is there, at most so many bytes. */
static void read_stream(struct work *work, int stream, size_t most) {
  struct lines *lines = &work->lines[stream];
  while (most > 0 && work->from[stream] >= 0) {
    size_t room = LINES_MOST - lines->length;
    char *bytes = lines->bytes + lines->length;
    ssize_t count = read(work->from[stream], bytes, most < room ? most : room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count <= 0) {
      close(work->from[stream]);
      work->from[stream] = -1;
      break;
    }
    tape_append(&work->tape, stream, bytes, (size_t)count);
    work->news = true;
    most -= (size_t)count;
    if (!work->keeper->quiet) lines->length += (size_t)count;
    if (lines->length == LINES_MOST) pass_lines_on(work, stream);
  }
  pass_lines_on(work, stream);
}

static void look(struct work *work);

static void hear(struct work *work) {
  struct keeper_message message;
  work->ended = !keeper_read(work->keeper->control, &message, sizeof message);
  if (work->ended) return;
  char *text = calloc(1, (size_t)message.length + 1);
  if (!text || !keeper_read(work->keeper->control, text, message.length)) {
    work->ended = true;
    free(text);
    return;
  }
  switch ((enum keeper_word)message.word) {
    case KEEPER_RUN:
      work->run = message.value;
      work->news = true; /* also that it has printed nothing */
      break;
    case KEEPER_MISSED:
      work->missed = true;
      break;
    case KEEPER_SECRET:
      if (work->secret_count < SECRETS_MOST) {
        work->secrets[work->secret_count++] = text;
        text = NULL;
      }
      break;
    case KEEPER_LOOK:
      look(work);
      break;
    case KEEPER_END:
      work->ended = work->told = true;
      work->exit_code = (int)message.value;
      break;
  }
  free(text);
}

/* Without secrets, and as UTF-8, whatever it was. */
static bool clean(const struct work *work, struct buffer *text, struct buffer *cleaned) {
  static const char strange[] = "\xEF\xBF\xBD"; /* U+FFFD */
  size_t length = text->length;
  if (length > 0)
    length =
        secrets_redact((const char *const *)work->secrets, work->secret_count, text->data, length);
  text->length = length;
  for (size_t at = 0; at < length;) {
    size_t valid = utf8_valid_length(text->data + at, length - at);
    if (!buffer_append(cleaned, text->data + at, valid)) return false;
    at += valid;
    if (at < length && !buffer_append_string(cleaned, strange)) return false;
    if (at < length) at++;
  }
  return true;
}

/* The last bytes of what was printed, cleaned. */
static bool clean_tail(const struct work *work, size_t most, struct buffer *cleaned) {
  struct buffer text;
  bool cut = work->tape.length > (int64_t)most;
  buffer_init(&text, most + MARGIN);
  tape_last(&work->tape, cut ? most + MARGIN : most, &text);
  buffer_init(cleaned, 3 * (most + MARGIN));
  bool fine = clean(work, &text, cleaned);
  size_t skipped = cut && cleaned->length > most ? cleaned->length - most : 0;
  if (skipped > 0) {
    while (skipped < cleaned->length && (cleaned->data[skipped] & 0xC0) == 0x80) skipped++;
    memmove(cleaned->data, cleaned->data + skipped, cleaned->length - skipped);
    cleaned->length -= skipped;
  }
  buffer_free(&text);
  return fine;
}

static bool clean_head(const struct work *work, size_t most, struct buffer *cleaned) {
  struct buffer text;
  bool cut = work->tape.length > (int64_t)most;
  buffer_init(&text, most + MARGIN);
  tape_first(&work->tape, cut ? most + MARGIN : most, &text);
  buffer_init(cleaned, 3 * (most + MARGIN));
  bool fine = clean(work, &text, cleaned);
  if (cut && cleaned->length > most) cleaned->length = utf8_valid_length(cleaned->data, most);
  buffer_free(&text);
  return fine;
}

static bool open_store(struct work *work, struct failure *failure) {
  char path[FOLDER_PATH_LENGTH];
  const char *folder = work->keeper->folder;
  if (work->store) return true;
  if (!folder) {
    if (!folder_default(path, sizeof path, failure)) return false;
    folder = path;
  }
  return store_open(folder, &work->store, failure);
}

static bool keep(struct work *work, struct failure *failure) {
  if (!work->run || !work->news) return true;
  if (!open_store(work, failure)) return false;
  struct buffer head, tail;
  bool whole = work->tape.length <= 2 * KEPT_MOST;
  bool fine = clean_head(work, whole ? 2 * KEPT_MOST : KEPT_MOST, &head);
  buffer_init(&tail, 0);
  if (!whole) fine = clean_tail(work, KEPT_MOST, &tail) && fine;
  const struct output_text text = {.head = head.data ? head.data : "",
                                   .head_length = head.length,
                                   .left_out = whole ? 0 : work->tape.length - 2 * KEPT_MOST,
                                   .tail = tail.data ? tail.data : "",
                                   .tail_length = tail.length};
  fine = fine ? outputs_keep(work->store, work->run, &text, failure)
              : failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  buffer_free(&head);
  buffer_free(&tail);
  work->news = !fine;
  return fine;
}

static void say_piece(void *context, int stream, const char *bytes, size_t length) {
  struct work *work = context;
  char line[96];
  if (!bytes) {
    length = (size_t)snprintf(line, sizeof line,
                              "\nloftyrun: %zu bytes of output are left out here\n", length);
    bytes = line;
    stream = work->keeper->from[1] < 0 ? 0 : 1;
  }
  if (!keeper_write(work->keeper->to[stream], bytes, length) && stream == 0 && !work->error)
    work->error = errno;
}

static void say_line(const struct work *work, const char *sentence, const char *why) {
  char line[512];
  int length = snprintf(line, sizeof line, "loftyrun: %s%s%s\n", sentence, *why ? ": " : "", why);
  if (length > 0 && (size_t)length < sizeof line)
    keeper_write(work->keeper->to[1], line, (size_t)length);
}

static void answer(const struct work *work) {
  struct buffer tail;
  if (!clean_tail(work, KEEPER_TAIL_MOST, &tail)) tail.length = 0;
  struct keeper_answer message = {.error = work->error, .length = (uint32_t)tail.length};
  if (keeper_write(work->keeper->control, &message, sizeof message) && tail.length > 0)
    keeper_write(work->keeper->control, tail.data, tail.length);
  buffer_free(&tail);
}

/* What was printed before is in the pipes by now. */
static void look(struct work *work) {
  for (int stream = 0; stream < 2; stream++) read_stream(work, stream, LAST_MOST);
  pass_all_on(work);
  answer(work);
}

static void finish(struct work *work) {
  struct failure failure;
  for (int stream = 0; stream < 2; stream++) read_stream(work, stream, LAST_MOST);
  pass_all_on(work);
  bool kept = keep(work, &failure);
  bool lacks = !kept || work->missed; /* then it is nowhere else */
  bool says = work->keeper->quiet && (!work->told || work->exit_code != 0 || lacks);
  if (says) tape_each(&work->tape, say_piece, work);
  if (says && !work->told)
    say_line(work, "the run did not say how it ended: it was killed, crashed or ended by force",
             "");
  if (!kept) say_line(work, "the history does not have what this run printed", failure.message);
  if (work->told) answer(work);
}

/* One turn of the wait. */
static void turn(struct work *work) {
  struct failure failure;
  struct pollfd wait[] = {{.fd = work->keeper->control, .events = POLLIN},
                          {.fd = work->from[0], .events = POLLIN},
                          {.fd = work->from[1], .events = POLLIN}};
  int64_t left = work->kept + KEEP_MS - loop_now();
  int timeout = !work->news || !work->run ? -1 : left > 0 ? (int)left : 0;
  bool waits = work->lines[0].length > 0 || work->lines[1].length > 0;
  if (waits && (timeout < 0 || timeout > PART_MS)) timeout = PART_MS;
  int ready = poll(wait, 3, timeout);
  if (ready < 0 && errno != EINTR) {
    work->ended = true;
    return;
  }
  if (ready == 0) pass_all_on(work);
  for (int stream = 0; stream < 2; stream++)
    if (work->from[stream] >= 0 && wait[1 + stream].revents) read_stream(work, stream, READ_MOST);
  if (wait[0].revents) hear(work);
  if (!work->ended && work->news && work->run && loop_now() >= work->kept + KEEP_MS) {
    /* At the end it is tried again, and told. */
    keep(work, &failure);
    work->kept = loop_now();
  }
}

/* It lasts as long as the run does, and what ends that is not for it. */
static void pass_signals_by(void) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGXFSZ};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_IGN);
}

_Noreturn void keeper_work(const struct keeper *keeper) {
  struct work work = {.keeper = keeper, .from = {keeper->from[0], keeper->from[1]}};
  pass_signals_by();
  tape_init(&work.tape, SAID_MOST, SAID_MOST);
  for (int stream = 0; stream < 2; stream++)
    if (work.from[stream] >= 0) fcntl(work.from[stream], F_SETFL, O_NONBLOCK);
  while (!work.ended) turn(&work);
  finish(&work);
  store_close(work.store);
  _exit(0);
}
