/* 50 calls at a time: raw curl_multi against lofty.map, against the same server in a process of
   its own. Then calls one after the other. Prints microseconds of CPU and of the clock a call, and
   how much of curl_multi's throughput lofty.map reaches. */
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/loop.h"
#include "core/server.h"

enum { CALLS = 20000, CONCURRENCY = 50 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpu(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static size_t drop(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

/* Starts the next call on a handle that is free. */
static void add(CURLM *multi, CURL *easy, const char *url, struct curl_slist *headers) {
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_multi_add_handle(multi, easy);
}

/* Seconds for all the calls; the processor's in `*spent`. */
static double raw(const char *url, int concurrency, double *spent) {
  CURLM *multi = curl_multi_init();
  struct curl_slist *headers = curl_slist_append(NULL, "Authorization: token bench");
  int started = 0, done = 0, running;
  double begin = now();
  double cpu_begin = cpu(RUSAGE_SELF);
  for (; started < concurrency; started++) add(multi, curl_easy_init(), url, headers);
  while (done < CALLS) {
    CURLMsg *message;
    int left;
    curl_multi_perform(multi, &running);
    while ((message = curl_multi_info_read(multi, &left))) {
      CURL *easy = message->easy_handle;
      if (message->data.result != CURLE_OK) fprintf(stderr, "bench: a call failed\n");
      done++;
      curl_multi_remove_handle(multi, easy);
      if (started < CALLS) {
        add(multi, easy, url, headers);
        started++;
      } else {
        curl_easy_cleanup(easy);
      }
    }
    if (done < CALLS) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  double seconds = now() - begin;
  *spent = cpu(RUSAGE_SELF) - cpu_begin;
  curl_slist_free_all(headers);
  curl_multi_cleanup(multi);
  return seconds;
}

/* The same by a script, which prints its seconds, start-up left out. */
static double scripted(const char *program, const char *chunk, double *spent) {
  char command[2048];
  double seconds = 0;
  double cpu_begin = cpu(RUSAGE_CHILDREN);
  snprintf(command, sizeof command, "%s -e '%s'", program, chunk);
  FILE *pipe = popen(command, "r");
  if (!pipe || fscanf(pipe, "%lf", &seconds) != 1) fprintf(stderr, "bench: the script failed\n");
  if (pipe) pclose(pipe);
  *spent = cpu(RUSAGE_CHILDREN) - cpu_begin;
  return seconds;
}

static void show(const char *name, double seconds, double spent) {
  printf("%-28s %7.1f us a call, %6.1f us of CPU\n", name, seconds / CALLS * 1e6,
         spent / CALLS * 1e6);
}

static void answer(void *context, const struct server_request *request,
                   struct server_reply *reply) {
  static const char body[] = "{\"id\":651095960136641,\"firstName\":\"Ada\",\"role\":\"Agent\"}";
  (void)context, (void)request;
  reply->status = 200;
  if (!server_reply_header(reply, "Content-Type", "application/json") ||
      !buffer_append(&reply->body, body, sizeof body - 1))
    reply->status = 500;
}

/* The server is as quick as ours can be, so that the clients are what is measured. */
static pid_t start_server(unsigned *port) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  pid_t child = fork();
  if (child == 0) {
    struct failure failure;
    struct loop *loop = loop_new();
    struct server *server = loop ? server_start(loop, 0, answer, NULL, &failure) : NULL;
    *port = server ? server_port(server) : 0;
    if (write(ends[1], port, sizeof *port) != sizeof *port || !server) _exit(1);
    while (loop_step(loop, -1)) continue;
    _exit(1);
  }
  close(ends[1]);
  bool is_up = read(ends[0], port, sizeof *port) == sizeof *port && *port != 0;
  close(ends[0]);
  return is_up ? child : -1;
}

int main(void) {
  static const char together[] =
      "local ids = {} for i = 1, 20000 do ids[i] = i end "
      "local now = require(\"native.clock\").monotonic lofty.members.me() local from = now() "
      "lofty.map(ids, function() lofty.members.me() end, { concurrency = 50 }) "
      "print((now() - from) / 1000)";
  static const char one_by_one[] =
      "local now = require(\"native.clock\").monotonic lofty.members.me() local from = now() "
      "for i = 1, 20000 do lofty.members.me() end print((now() - from) / 1000)";
  const char *program = getenv("BIN");
  char base[64], url[80];
  unsigned port;
  double spent;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  pid_t server = start_server(&port);
  if (server < 0) return 1;
  if (!program) program = "build/loftyrun";
  snprintf(base, sizeof base, "http://127.0.0.1:%u", port);
  snprintf(url, sizeof url, "%s/v1.0/me", base);
  setenv("LOFTY_BASE_URL", base, 1);
  setenv("LOFTY_API_KEY", "bench", 1);
  raw(url, CONCURRENCY, &spent); /* once to get warm */
  double raw_seconds = raw(url, CONCURRENCY, &spent);
  show("curl_multi, 50 at a time", raw_seconds, spent);
  double seconds = scripted(program, together, &spent);
  show("lofty.map, 50 at a time", seconds, spent);
  double share = raw_seconds / seconds * 100;
  printf("%-28s %7.0f %% of curl_multi (bar: 60)\n", "", share);
  seconds = raw(url, 1, &spent);
  show("curl_multi, one by one", seconds, spent);
  seconds = scripted(program, one_by_one, &spent);
  show("a loop, one by one", seconds, spent);
  kill(server, SIGTERM);
  waitpid(server, NULL, 0);
  curl_global_cleanup();
  return share >= 60 ? 0 : 1;
}
