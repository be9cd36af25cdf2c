/* For tests that cannot wait until half past two: loaded into a program with LD_PRELOAD, it shifts
   the time of day by as many milliseconds as the file in CLOCK_SHIFT says, at each look, as if
   somebody had put the clock. With CLOCK_PASSES in the environment it is as if so much time had
   passed while the machine slept: the clock that nobody puts has gone on too. Waits stay as they
   are. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long shift(void) {
  char text[32] = "";
  const char *path = getenv("CLOCK_SHIFT");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  ssize_t length = pread(file, text, sizeof text - 1, 0);
  close(file);
  return length > 0 ? atoll(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (syscall(SYS_clock_gettime, clock, time) != 0) return -1;
  bool passes = clock == CLOCK_BOOTTIME && getenv("CLOCK_PASSES");
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE && !passes) return 0;
  long long milliseconds = shift();
  long long nanoseconds = time->tv_nsec + milliseconds % 1000 * 1000000;
  time->tv_sec += (time_t)(milliseconds / 1000);
  time->tv_sec += nanoseconds < 0 ? -1 : nanoseconds >= 1000000000 ? 1 : 0;
  time->tv_nsec = (long)((nanoseconds + 1000000000) % 1000000000);
  return 0;
}

time_t time(time_t *seconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds) *seconds = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}
