/* The least that makes a request with libcurl, and says when the reply is there: what
   start_bench.py compares the program's start with. Linked with libcurl alone. */
#include <curl/curl.h>
#include <stdio.h>

static size_t drop(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

int main(int argc, char **argv) {
  if (argc != 2 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 2;
  CURL *easy = curl_easy_init();
  if (!easy) return 2;
  curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  CURLcode result = curl_easy_perform(easy);
  puts("there");
  fflush(stdout);
  curl_easy_cleanup(easy);
  curl_global_cleanup();
  return result == CURLE_OK ? 0 : 1;
}
