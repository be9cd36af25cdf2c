#include "reader.h"

#include <poll.h>

bool reader_is_gone(int fd) {
  struct pollfd end = {.fd = fd, .events = POLLOUT};
  return poll(&end, 1, 0) == 1 && (end.revents & (POLLERR | POLLHUP)) != 0;
}
