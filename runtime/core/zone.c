#include "zone.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

enum {
  NAME_SIZE = 64,
  PATH_SIZE = 1024,
  DEEPEST = 4,     /* parts of a name: America/Argentina/Buenos_Aires has three */
  REMEMBERED = 64, /* stretches */
  NAMES_MAXIMUM = 256 * 1024,
  NAMES_MOST = 4096
};

static const int64_t DAY = 86400;
static const int64_t EARLIEST = -62135596800; /* 0001-01-01 */
static const int64_t LATEST = 253402300799;   /* 9999-12-31T23:59:59 */
/* No zone has changed its offset twice within four days, nor is any set to. Looking once a day
   therefore finds every change. So many days are looked at on either side of a question. */
static const int LOOK_DAYS = 200;
/* No clock is further from UTC than this. */
static const int64_t FURTHEST = 86400 + 3600;

/* A time during which a zone keeps one offset: from <= instant < to. It may go on beyond. */
struct stretch {
  char name[NAME_SIZE];
  int64_t from, to;
  int32_t offset;
};

struct zones {
  struct stretch stretches[REMEMBERED];
  int next; /* the one to be forgotten for the next */
};

struct zones *zones_open(void) {
  return calloc(1, sizeof(struct zones));
}

void zones_close(struct zones *zones) { free(zones); }

/* The folder of the database. A relative TZDIR could mean another one tomorrow and is left out. */
static const char *folder(void) {
  const char *named = getenv("TZDIR");
  return named && named[0] == '/' ? named : "/usr/share/zoneinfo";
}

/* Names begin with a capital; what does not is something else that lies in the folder. Without
   dots there is no way out of it. */
static bool is_name(const char *name) {
  static const char allowed[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  size_t length = strlen(name);
  return length > 0 && length < NAME_SIZE && name[0] >= 'A' && name[0] <= 'Z' &&
         strspn(name, allowed) == length && !strstr(name, "//") && name[length - 1] != '/';
}

/* Writes the path of a zone's file; false where it does not fit. */
static bool path_of(const char *name, char *path, size_t size) {
  int length = snprintf(path, size, "%s/%s", folder(), name);
  return length > 0 && (size_t)length < size;
}

bool zone_exists(const char *name) {
  char path[PATH_SIZE], magic[4];
  if (!is_name(name) || !path_of(name, path, sizeof path)) return false;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd == -1) return false;
  bool is_zone = read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
  close(fd);
  return is_zone;
}

/* The name in a path into the database, or NULL. */
static const char *name_in(const char *path) {
  const char *found = strstr(path, "zoneinfo/");
  return found ? found + strlen("zoneinfo/") : NULL;
}

void zone_of_machine(char name[ZONE_TITLE_SIZE]) {
  char path[PATH_SIZE];
  ssize_t length = readlink("/etc/localtime", path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  const char *found = name_in(path);
  snprintf(name, ZONE_TITLE_SIZE, "%s", found ? found : "");
}

/* TZ is a name, a path, either with a colon before it, or a rule of its own: EST5EDT. */
static void local_name(char name[ZONE_TITLE_SIZE]) {
  const char *tz = getenv("TZ");
  if (!tz) {
    zone_of_machine(name);
    return;
  }
  if (*tz == ':') tz++;
  const char *found = *tz == '/' ? name_in(tz) : zone_exists(tz) ? tz : NULL;
  if (!*tz) found = "UTC";
  snprintf(name, ZONE_TITLE_SIZE, "%s%.60s", found ? "" : "TZ=", found ? found : tz);
}

void zone_title(const char *name, char title[ZONE_TITLE_SIZE]) {
  char local[ZONE_TITLE_SIZE];
  bool is_local = strcmp(name, ZONE_LOCAL) == 0;
  if (is_local) local_name(local);
  snprintf(title, ZONE_TITLE_SIZE, "%s%s%.120s", is_local ? "this machine's time" : name,
           is_local && *local ? ", " : "", is_local ? local : "");
}

bool zone_has_database(void) { return zone_exists("Etc/UTC"); }

const char *zone_misnamed(void) {
  const char *named = getenv("TZ");
  bool is_name_of_one = named && *named != ':' && *named != '/' && strchr(named, '/');
  return is_name_of_one && zone_has_database() && !zone_exists(named) ? named : NULL;
}

static bool names_below(const char *prefix, int depth, struct buffer *names) {
  char path[PATH_SIZE], name[PATH_SIZE];
  if (depth > DEEPEST || !path_of(prefix, path, sizeof path)) return true;
  DIR *directory = opendir(path);
  if (!directory) return depth == 0 || buffer_printf(names, "%s\n", prefix);
  bool fine = true;
  for (struct dirent *entry; fine && (entry = readdir(directory));) {
    int length = snprintf(name, sizeof name, "%s%s%s", prefix, depth > 0 ? "/" : "", entry->d_name);
    if (length > 0 && (size_t)length < sizeof name && is_name(name))
      fine = names_below(name, depth + 1, names);
  }
  closedir(directory);
  return fine;
}

bool zone_names(struct buffer *names) { return names_below("", 0, names); }

/* The environment with another TZ.
   setenv and putenv may move or free what a thread is reading: libcurl resolves names in threads,
   and getaddrinfo calls getenv. So nothing of the real environment is written to. `environ` points
   to this copy while the C library reads TZ and back again afterwards; whoever reads it meanwhile
   finds every variable but TZ as it was. It is the process's, like `environ`, and never freed: a
   reader may be slow. */
static struct {
  char **entries;
  size_t room;
  char tz[PATH_SIZE + 8];
} stand_in;

static bool is_tz(const char *entry) { return strncmp(entry, "TZ=", 3) == 0; }

/* Copies the environment to the stand-in, less its TZ. False when memory is short. */
static bool copy_environment(void) {
  size_t count = 0, kept = 1;
  while (environ && environ[count]) count++;
  if (count + 2 > stand_in.room) {
    size_t room = count * 2 + 32;
    char **entries = calloc(room + 1, sizeof *entries);
    if (!entries) return false;
    entries[room] = (char *)stand_in.entries; /* keeps the smaller one for slow readers */
    stand_in.entries = entries;
    stand_in.room = room;
  }
  stand_in.entries[0] = stand_in.tz;
  for (size_t i = 0; i < count; i++)
    if (!is_tz(environ[i])) stand_in.entries[kept++] = environ[i];
  stand_in.entries[kept] = NULL;
  return true;
}

/* Gives localtime_r the zone. Between this and `leave` nothing but localtime_r may be called. */
static bool enter(const char *name, char ***before, struct failure *failure) {
  char path[PATH_SIZE];
  *before = environ;
  if (strcmp(name, ZONE_LOCAL) != 0) {
    if (!zone_exists(name) || !path_of(name, path, sizeof path))
      return failure_set(failure, "ZONE_UNKNOWN", "there is no time zone \"%.80s\"", name);
    snprintf(stand_in.tz, sizeof stand_in.tz, "TZ=:%s", path);
    if (!copy_environment()) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    environ = stand_in.entries;
  }
  tzset();
  return true;
}

/* Gives the machine its own zone back. */
static void leave(char **before) {
  if (environ == before) return;
  environ = before;
  tzset();
}

/* The offset in the zone that was entered. */
static bool read_offset(int64_t at, int32_t *offset) {
  time_t moment = (time_t)at;
  struct tm fields;
  if ((int64_t)moment != at || !localtime_r(&moment, &fields)) return false;
  *offset = (int32_t)fields.tm_gmtoff;
  return true;
}

/* How far from `at` the offset stays what it is there, in steps of `step`, a day forward or back:
   the last instant found with it. */
static bool look(int64_t at, int32_t offset, int64_t step, int64_t *last) {
  int32_t there = offset;
  *last = at;
  for (int i = 0; i < LOOK_DAYS && there == offset; i++) {
    if (!read_offset(*last + step, &there)) return false;
    if (there == offset) *last += step;
  }
  if (there == offset) return true;
  int64_t changed = *last + step;
  while (changed - *last > 1 || *last - changed > 1) {
    int64_t middle = *last + (changed - *last) / 2;
    if (!read_offset(middle, &there)) return false;
    if (there == offset)
      *last = middle;
    else
      changed = middle;
  }
  return true;
}

/* Asks the C library for the stretch that holds an instant. */
static bool explore(const char *name, int64_t at, struct stretch *stretch,
                    struct failure *failure) {
  char **before;
  if (!enter(name, &before, failure)) return false;
  bool fine = read_offset(at, &stretch->offset) &&
              look(at, stretch->offset, -DAY, &stretch->from) &&
              look(at, stretch->offset, DAY, &stretch->to);
  leave(before);
  if (!fine) return failure_set(failure, "ZONE_RANGE", "the C library does not know this time");
  stretch->to++;
  snprintf(stretch->name, sizeof stretch->name, "%s", name);
  return true;
}

/* The stretch that holds an instant, remembered or explored. */
static const struct stretch *stretch_at(struct zones *zones, const char *name, int64_t at,
                                        struct failure *failure) {
  for (int i = 0; i < REMEMBERED; i++) {
    const struct stretch *known = &zones->stretches[i];
    if (at >= known->from && at < known->to && strcmp(known->name, name) == 0) return known;
  }
  struct stretch found = {.from = 0};
  if (!explore(name, at, &found, failure)) return NULL;
  struct stretch *place = &zones->stretches[zones->next];
  zones->next = (zones->next + 1) % REMEMBERED;
  *place = found;
  return place;
}

static bool in_range(int64_t seconds, struct failure *failure) {
  return (seconds >= EARLIEST && seconds <= LATEST) ||
         failure_set(failure, "ZONE_RANGE", "a time outside the years 1 to 9999");
}

bool zone_offset(struct zones *zones, const char *name, int64_t at, int32_t *offset,
                 struct failure *failure) {
  const struct stretch *stretch =
      in_range(at, failure) ? stretch_at(zones, name, at, failure) : NULL;
  if (!stretch) return false;
  *offset = stretch->offset;
  return true;
}

bool zone_instants(struct zones *zones, const char *name, int64_t wall, struct zone_instants *found,
                   struct failure *failure) {
  if (!in_range(wall, failure)) return false;
  int64_t moved = wall;
  *found = (struct zone_instants){.count = 0};
  /* Every stretch in which clocks could show the time, the earliest first. */
  for (int64_t at = wall - FURTHEST; at <= wall + FURTHEST;) {
    const struct stretch *stretch = stretch_at(zones, name, at, failure);
    if (!stretch) return false;
    int64_t instant = wall - stretch->offset;
    if (instant >= stretch->to) {
      moved = instant; /* by the offset before the change that skipped the time, if one did */
    } else if (instant >= stretch->from && (found->count == 0 || found->last != instant)) {
      if (found->count == 0) found->first = instant;
      found->last = instant;
      found->count++;
    }
    at = stretch->to;
  }
  if (found->count == 0) found->first = found->last = moved;
  return true;
}

bool zone_change(struct zones *zones, const char *name, int64_t low, int64_t high, int64_t *change,
                 struct failure *failure) {
  int32_t before, there;
  if (!zone_offset(zones, name, low, &before, failure)) return false;
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    if (!zone_offset(zones, name, middle, &there, failure)) return false;
    if (there == before)
      low = middle;
    else
      high = middle;
  }
  *change = high;
  return true;
}

/* "New York" is in the database as New_York. */
static void with_underscores(const char *name, char spelt[NAME_SIZE]) {
  snprintf(spelt, NAME_SIZE, "%s", name);
  for (char *blank = spelt; (blank = strchr(blank, ' '));) *blank = '_';
}

/* The zone whose last part, the city, is nearest to a name without one; NULL if none is. */
static const char *nearest_city(const char *name, const char *const *list, size_t count) {
  const char *cities[NAMES_MOST];
  if (strchr(name, '/')) return NULL;
  for (size_t i = 0; i < count; i++) {
    const char *slash = strrchr(list[i], '/');
    cities[i] = slash ? slash + 1 : list[i];
  }
  int nearest = text_nearest(name, cities, count);
  return nearest >= 0 ? list[nearest] : NULL;
}

bool zone_nearest(const char *wanted, struct buffer *found) {
  const char *list[NAMES_MOST];
  char name[NAME_SIZE];
  struct buffer text;
  size_t count = 0;
  const char *best = NULL;
  char *next = NULL;
  with_underscores(wanted, name);
  buffer_init(&text, NAMES_MAXIMUM);
  if (zone_names(&text) && text.data)
    for (char *line = strtok_r(text.data, "\n", &next); line && count < NAMES_MOST;
         line = strtok_r(NULL, "\n", &next)) {
      const char *slash = strrchr(line, '/');
      if (!best && strcasecmp(slash ? slash + 1 : line, name) == 0) best = line;
      list[count++] = line;
    }
  int nearest = best ? -1 : text_nearest(name, list, count);
  if (nearest >= 0) best = list[nearest];
  if (!best) best = nearest_city(name, list, count);
  bool appended = best && buffer_append_string(found, best);
  buffer_free(&text);
  return appended;
}
