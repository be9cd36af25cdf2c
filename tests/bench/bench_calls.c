/* What a call costs. One after the other: the processor's time of the program against that of
   libcurl and lua-cjson used bare, for the same calls on the same server. 50 at a time: how much of
   bare curl_multi's throughput lofty.map reaches. The two take turns, a few hundred calls each, so
   that whatever else the machine does falls on both. Printed are the medians, and of the
   processor's time also the least, which other work disturbs least.

     bench_calls              all of it
     bench_calls serve        the server alone; prints its URL, ends with its input
     bench_calls raw KIND N   N calls with libcurl at LOFTY_BASE_URL, for those who count
   instructions bench_calls script       the script that makes the same calls; each line it reads is
   KIND N */
#include <curl/curl.h>
#include <fcntl.h>
#include <ftw.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "../../runtime/core/version.h"
#include "canned.h"

enum { ROUNDS = 101, CALLS = 100, TOGETHER_ROUNDS = 31, TOGETHER_CALLS = 1000, CONCURRENCY = 50 };

static const double bar_sequential = 20, bar_concurrent = 60;

int luaopen_cjson(lua_State *L);

static const char script[] =
    "local lead = 651095960136641\n"
    "local note = { leadId = lead, content = 'Asked for a second visit', isPin = false }\n"
    "local call = {\n"
    "  get = function() lofty.leads.get(lead) end,\n"
    "  list = function() lofty.tasks.list { leadId = lead } end,\n"
    "  create = function() lofty.notes.create(note) end,\n"
    "  me = function() lofty.members.me() end,\n"
    "}\n"
    "for line in io.lines() do\n"
    "  local kind, count = line:match('(%a+) (%d+)')\n"
    "  local began = os.clock()\n"
    "  if kind == 'together' then\n"
    "    local left = tonumber(count)\n"
    "    local function next_one() left = left - 1 return left >= 0 and left or nil end\n"
    "    lofty.map(next_one, call.me, { concurrency = 50 })\n"
    "  else\n"
    "    for _ = 1, count do call[kind]() end\n"
    "  end\n"
    "  print(os.clock() - began)\n"
    "  io.flush()\n"
    "end\n";

/* -- Measuring --------------------------------------------------------------------------------- */

struct cost {
  double wall, cpu; /* seconds */
};

static struct cost now(void) {
  struct timespec time;
  struct rusage usage;
  clock_gettime(CLOCK_MONOTONIC, &time);
  getrusage(RUSAGE_SELF, &usage);
  return (struct cost){(double)time.tv_sec + (double)time.tv_nsec / 1e9,
                       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6};
}

static struct cost since(struct cost begin) {
  struct cost end = now();
  return (struct cost){end.wall - begin.wall, end.cpu - begin.cpu};
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, int count) {
  qsort(values, (size_t)count, sizeof *values, compare);
  return values[count / 2];
}

static void die(const char *why) {
  fprintf(stderr, "bench_calls: %s\n", why);
  exit(2);
}

/* -- libcurl and lua-cjson, bare --------------------------------------------------------------- */

struct raw {
  CURL *easy;
  lua_State *L; /* decode and encode of lua-cjson at 1 and 2, the body's table at 3 */
  struct curl_slist *headers;
  const char *base;
  char *body;
  size_t length, capacity;
};

static size_t collect(char *bytes, size_t size, size_t count, void *context) {
  struct raw *raw = context;
  size_t length = size * count;
  if (raw->length + length > raw->capacity) {
    raw->capacity = (raw->length + length) * 2;
    raw->body = realloc(raw->body, raw->capacity);
    if (!raw->body) die("out of memory");
  }
  memcpy(raw->body + raw->length, bytes, length);
  raw->length += length;
  return length;
}

/* The requests are the same to the letter: libcurl's work on a header grows with its length. */
static const char agent[] = "loftyrun/" LOFTYRUN_VERSION;

static struct curl_slist *headers(void) {
  struct curl_slist *list = curl_slist_append(NULL, "Authorization: token bench");
  list = curl_slist_append(list, "Content-Type: application/json");
  list = curl_slist_append(list, "Accept: application/json, */*;q=0.1");
  return curl_slist_append(list, "Expect:");
}

static void raw_open(struct raw *raw, const char *base) {
  *raw = (struct raw){.easy = curl_easy_init(), .L = luaL_newstate(), .base = base};
  if (!raw->easy || !raw->L) die("out of memory");
  lua_State *L = raw->L;
  luaL_openlibs(L);
  luaL_requiref(L, "cjson", luaopen_cjson, 0);
  lua_getfield(L, 1, "encode");
  lua_getfield(L, 1, "decode");
  lua_replace(L, 1);
  if (luaL_dostring(L,
                    "return { leadId = 651095960136641, content = 'Asked for a second visit',"
                    " isPin = false }"))
    die("no table");
  raw->headers = headers();
  curl_easy_setopt(raw->easy, CURLOPT_HTTPHEADER, raw->headers);
  curl_easy_setopt(raw->easy, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(raw->easy, CURLOPT_WRITEDATA, raw);
  curl_easy_setopt(raw->easy, CURLOPT_USERAGENT, agent);
  curl_easy_setopt(raw->easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(raw->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(raw->easy, CURLOPT_TIMEOUT_MS, 30000L);
}

static void raw_close(struct raw *raw) {
  curl_easy_cleanup(raw->easy);
  curl_slist_free_all(raw->headers);
  lua_close(raw->L);
  free(raw->body);
}

static void raw_call(struct raw *raw, const char *kind) {
  lua_State *L = raw->L;
  char url[128];
  bool writes = strcmp(kind, "create") == 0;
  snprintf(url, sizeof url, "%s%s", raw->base,
           writes                      ? "/v1.0/notes"
           : strcmp(kind, "get") == 0  ? "/v1.0/leads/651095960136641"
           : strcmp(kind, "list") == 0 ? "/v2.0/tasks?leadId=651095960136641"
                                       : "/v1.0/me");
  curl_easy_setopt(raw->easy, CURLOPT_URL, url);
  if (writes) {
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_call(L, 1, 1);
    curl_easy_setopt(raw->easy, CURLOPT_COPYPOSTFIELDS, lua_tostring(L, -1));
    lua_pop(L, 1);
  } else {
    curl_easy_setopt(raw->easy, CURLOPT_HTTPGET, 1L);
  }
  raw->length = 0;
  long status = 0;
  if (curl_easy_perform(raw->easy) != CURLE_OK) die("a call failed");
  curl_easy_getinfo(raw->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) die("a call was refused");
  lua_pushvalue(L, 1);
  lua_pushlstring(L, raw->body, raw->length);
  lua_call(L, 1, 1);
  lua_pop(L, 1);
}

static struct cost raw_calls(struct raw *raw, const char *kind, int count) {
  struct cost begin = now();
  for (int i = 0; i < count; i++) raw_call(raw, kind);
  return since(begin);
}

/* -- curl_multi, bare -------------------------------------------------------------------------- */

struct many {
  CURLM *multi;
  CURL *easy[CONCURRENCY];
  struct curl_slist *headers;
  char url[80];
};

static size_t drop(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

static void many_open(struct many *many, const char *base) {
  *many = (struct many){.multi = curl_multi_init(), .headers = headers()};
  snprintf(many->url, sizeof many->url, "%s/v1.0/me", base);
  for (int i = 0; i < CONCURRENCY; i++) many->easy[i] = curl_easy_init();
}

static void many_close(struct many *many) {
  for (int i = 0; i < CONCURRENCY; i++) curl_easy_cleanup(many->easy[i]);
  curl_multi_cleanup(many->multi);
  curl_slist_free_all(many->headers);
}

static void many_start(struct many *many, CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_URL, many->url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, many->headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_multi_add_handle(many->multi, easy);
}

static struct cost many_calls(struct many *many, int count) {
  int started = 0, done = 0, running, left;
  struct cost begin = now();
  for (; started < CONCURRENCY; started++) many_start(many, many->easy[started]);
  while (done < count) {
    CURLMsg *message;
    curl_multi_perform(many->multi, &running);
    while ((message = curl_multi_info_read(many->multi, &left))) {
      CURL *easy = message->easy_handle;
      if (message->data.result != CURLE_OK) die("a call failed");
      done++;
      curl_multi_remove_handle(many->multi, easy);
      if (started++ < count) many_start(many, easy);
    }
    if (done < count) curl_multi_poll(many->multi, NULL, 0, 1000, NULL);
  }
  return since(begin);
}

/* -- The program ------------------------------------------------------------------------------- */

struct scripted {
  pid_t process;
  FILE *in, *out;
};

static void scripted_open(struct scripted *scripted) {
  const char *program = getenv("BIN") ? getenv("BIN") : "build/loftyrun";
  /* Interactive: what is measured is calls, not how they are spread over a minute's limit. */
  char *const arguments[] = {(char *)program, "--priority", "interactive", "-e",
                             (char *)script,  NULL};
  extern char **environ;
  int in[2], out[2];
  posix_spawn_file_actions_t actions;
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) die("no pipe");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  if (posix_spawnp(&scripted->process, program, &actions, NULL, arguments, environ) != 0)
    die("the program does not start");
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  scripted->in = fdopen(in[1], "w");
  scripted->out = fdopen(out[0], "r");
}

static struct cost scripted_calls(struct scripted *scripted, const char *kind, int count) {
  struct cost begin = now();
  double cpu = 0;
  fprintf(scripted->in, "%s %d\n", kind, count);
  fflush(scripted->in);
  if (fscanf(scripted->out, "%lf", &cpu) != 1) die("the script failed");
  return (struct cost){since(begin).wall, cpu};
}

static void scripted_close(struct scripted *scripted) {
  fclose(scripted->in);
  fclose(scripted->out);
  waitpid(scripted->process, NULL, 0);
}

/* -- Comparing --------------------------------------------------------------------------------- */

/* Microseconds of CPU that a call of this kind costs over libcurl and lua-cjson. */
static double sequential(struct raw *raw, struct scripted *scripted, const char *kind) {
  double bare[ROUNDS], ours[ROUNDS], over[ROUNDS], share[ROUNDS];
  for (int i = -1; i < ROUNDS; i++) { /* once to get warm */
    struct cost a = raw_calls(raw, kind, CALLS);
    struct cost b = scripted_calls(scripted, kind, CALLS);
    if (i < 0) continue;
    bare[i] = a.cpu / CALLS * 1e6;
    ours[i] = b.cpu / CALLS * 1e6;
    over[i] = ours[i] - bare[i];
    share[i] = b.wall / a.wall;
  }
  double difference = median(over, ROUNDS), times = median(share, ROUNDS);
  double bare_median = median(bare, ROUNDS), ours_median = median(ours, ROUNDS);
  printf(
      "%-7s bare %6.1f us of CPU (least %5.1f), loftyrun %6.1f (%5.1f): %5.1f more (%5.1f); "
      "%.2f times as long\n",
      kind, bare_median, bare[0], ours_median, ours[0], difference, ours[0] - bare[0], times);
  return difference;
}

/* Percent of curl_multi's throughput that lofty.map reaches. */
static double concurrent(struct many *many, struct scripted *scripted) {
  double bare[TOGETHER_ROUNDS], ours[TOGETHER_ROUNDS], share[TOGETHER_ROUNDS];
  for (int i = -1; i < TOGETHER_ROUNDS; i++) {
    struct cost a = many_calls(many, TOGETHER_CALLS);
    struct cost b = scripted_calls(scripted, "together", TOGETHER_CALLS);
    if (i < 0) continue;
    bare[i] = a.cpu / TOGETHER_CALLS * 1e6;
    ours[i] = b.cpu / TOGETHER_CALLS * 1e6;
    share[i] = a.wall / b.wall * 100;
  }
  double percent = median(share, TOGETHER_ROUNDS);
  printf(
      "%d at a time: curl_multi %5.1f us of CPU, lofty.map %6.1f us; "
      "%.0f %% of its throughput (bar: %.0f %%)\n",
      CONCURRENCY, median(bare, TOGETHER_ROUNDS), median(ours, TOGETHER_ROUNDS), percent,
      bar_concurrent);
  return percent;
}

static int measure(const char *base) {
  static const char *const kinds[] = {"get", "list", "create"};
  struct raw raw;
  struct many many;
  struct scripted scripted;
  double most = 0;
  raw_open(&raw, base);
  many_open(&many, base);
  scripted_open(&scripted);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    double over = sequential(&raw, &scripted, kinds[i]);
    if (over > most) most = over;
  }
  printf("at most %.1f us more (bar: %.0f us)\n", most, bar_sequential);
  double share = concurrent(&many, &scripted);
  scripted_close(&scripted);
  many_close(&many);
  raw_close(&raw);
  return most <= bar_sequential && share >= bar_concurrent ? 0 : 1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

/* With a folder of its own for what outlives a run: writes are recorded, and not among the user's.
 */
static int measure_apart(const char *base) {
  char folder[] = "/tmp/bench_calls.XXXXXX";
  if (!mkdtemp(folder)) die("no folder");
  setenv("XDG_STATE_HOME", folder, 1);
  int status = measure(base);
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return status;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  char base[64];
  unsigned port;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  if (strcmp(mode, "script") == 0) {
    fputs(script, stdout);
    return 0;
  }
  if (strcmp(mode, "raw") == 0 && argc == 4 && getenv("LOFTY_BASE_URL")) {
    struct raw raw;
    raw_open(&raw, getenv("LOFTY_BASE_URL"));
    raw_calls(&raw, argv[2], atoi(argv[3]));
    raw_close(&raw);
    return 0;
  }
  pid_t server = canned_start(&port);
  if (server < 0) die("the server does not start");
  snprintf(base, sizeof base, "http://127.0.0.1:%u", port);
  int status = 0;
  if (strcmp(mode, "serve") == 0) {
    puts(base);
    fflush(stdout);
    while (getchar() != EOF) continue;
  } else {
    setenv("LOFTY_BASE_URL", base, 1);
    setenv("LOFTY_API_KEY", "bench", 1);
    status = measure_apart(base);
  }
  kill(server, SIGTERM);
  waitpid(server, NULL, 0);
  curl_global_cleanup();
  return status;
}
