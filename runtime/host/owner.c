#include "owner.h"

#include <stdio.h>
#include <string.h>

#include "../core/utf8.h"
#include "interrupt.h"
#include "json_members.h"

enum { TIMEOUT_MS = 10000, RESPONSE_MAXIMUM = 1024 * 1024, URL_LENGTH = 600 };

enum { FIRST_NAME, LAST_NAME, EMAIL, MEMBERS };

static void set_flag(void *flag) { *(bool *)flag = true; }

/* What comes from elsewhere does nothing to a terminal. */
static const char *tame(char *text) {
  if (!text || utf8_valid_length(text, strlen(text)) != strlen(text)) return "";
  for (char *at = text; *at; at++) {
    bool c1 = (unsigned char)at[0] == 0xC2 && (unsigned char)at[1] < 0xA0;
    if ((unsigned char)*at < ' ' || *at == 0x7F) *at = ' ';
    if (c1) at[0] = at[1] = ' ';
  }
  return text;
}

static bool read_name(const struct buffer *body, char *name, size_t size) {
  struct json_member members[MEMBERS] = {[FIRST_NAME] = {.name = "firstName"},
                                         [LAST_NAME] = {.name = "lastName"},
                                         [EMAIL] = {.name = "email"}};
  if (!body->data || !json_members_read(body->data, body->length, members, MEMBERS)) return false;
  const char *first = tame(members[FIRST_NAME].text);
  const char *last = tame(members[LAST_NAME].text);
  const char *email = tame(members[EMAIL].text);
  bool named = *first || *last;
  bool known = named || *email;
  snprintf(name, size, "%s%s%s%s%s%s", first, *first && *last ? " " : "", last,
           named && *email ? " (" : "", email, named && *email ? ")" : "");
  json_members_free(members, MEMBERS);
  return known;
}

bool owner_ask(struct loop *loop, struct http_client *http, const char *base_url,
               const char *authorization, char *name, size_t size) {
  char url[URL_LENGTH];
  bool over = false;
  name[0] = '\0';
  snprintf(url, sizeof url, "%s/v1.0/me", base_url);
  struct http_request request = {.method = "GET",
                                 .url = url,
                                 .authorization = authorization,
                                 .connect_timeout_ms = TIMEOUT_MS,
                                 .timeout_ms = TIMEOUT_MS,
                                 .response_maximum = RESPONSE_MAXIMUM};
  struct http_exchange *exchange = http_start(http, &request, set_flag, &over, NULL);
  if (!exchange) return false;
  while (!over && interrupt_pending() == INTERRUPT_NONE)
    if (!loop_step(loop, -1)) break;
  const struct http_response *response = over ? http_exchange_response(exchange) : NULL;
  bool known = response && response->status == 200 && read_name(&response->body, name, size);
  if (!known) name[0] = '\0';
  http_exchange_free(exchange);
  return known;
}
