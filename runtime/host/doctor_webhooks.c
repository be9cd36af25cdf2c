/* What loftyrun doctor finds of the webhook receiver: its secret and certificate, and whether
   Lofty's posts would arrive at the callbacks of the account's subscriptions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/certificate.h"
#include "../core/exit_code.h"
#include "../core/probe.h"
#include "../core/webhook_rules.h"
#include "doctor_report.h"

static const char check[] = "webhooks";
enum { DAY = 86400, SOON_DAYS = 14, URL_SIZE = 2048, HOST_SIZE = 256, HEADER_SIZE = 1024 };

/* The receiver's certificate */

static void tell_certificate(struct doctor *doctor, const struct certificate_facts *facts) {
  int64_t now = time(NULL), days = (facts->ends - now) / DAY;
  const char *cure = "Get a new one, put it there, and send loftyrun serve SIGHUP.";
  const char *names = *facts->names ? facts->names : "no name";
  if (facts->begins > now)
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_CONFIG, "Look at this machine's clock, or wait."),
               "the certificate for %s is not valid yet", names);
  else if (facts->ends <= now)
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_CONFIG, cure),
               "the certificate for %s ended %" PRId64 " days ago", names, -days);
  else if (days < SOON_DAYS)
    doctor_say(doctor, DOCTOR_WARN(check, cure), "the certificate for %s ends in %" PRId64 " days",
               names, days);
  else
    doctor_say(doctor, DOCTOR_FINE(check), "the certificate for %s ends in %" PRId64 " days", names,
               days);
}

static struct webhook_settings settings_of(const struct doctor *doctor) {
  struct webhook_config none;
  const struct webhook_config *config = profile_webhooks(doctor->profile);
  if (config) return webhook_config_settings(config);
  webhook_config_init(&none);
  return webhook_config_settings(&none);
}

static void look_at_rules(struct doctor *doctor) {
  struct webhook_rules rules;
  struct failure failure;
  struct webhook_settings settings = settings_of(doctor);
  if (!settings.secret)
    doctor_say(doctor, DOCTOR_FINE(check),
               "no secret is set here (LOFTYRUN_WEBHOOK_SECRET), which only serve --listen needs");
  else if (!webhook_rules_make(&rules, &settings, &failure))
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_CONFIG, "Make one with: openssl rand -hex 24"), "%s",
               failure.message);
  else
    doctor_say(doctor, DOCTOR_FINE(check), "the receiver's secret is set");
}

void doctor_certificate(struct doctor *doctor) {
  struct failure failure;
  struct certificate_facts facts;
  const struct doctor_options *options = doctor->options;
  look_at_rules(doctor);
  if (!options->certificate) return;
  struct certificate *certificate = certificate_open(options->certificate, options->key, &failure);
  if (!certificate)
    doctor_say(doctor,
               DOCTOR_FAIL(check, EXIT_CONFIG,
                           "Give loftyrun the chain and the key that belong together, readable by "
                           "its user alone."),
               "%s", failure.message);
  else if (certificate_describe(certificate, &facts))
    tell_certificate(doctor, &facts);
  certificate_close(certificate);
}

/* Callbacks. The path of a URL is a secret: only hosts are shown. */

struct callback {
  char host[HOST_SIZE];
  char url[URL_SIZE]; /* that is asked */
  bool is_ours;       /* its secret is the one that is set here */
};

static bool read_callback(const char *url, const char *secret, struct callback *callback) {
  const char *host = strstr(url, "://");
  if (!host) return false;
  host += 3;
  size_t length = strcspn(host, "/?#");
  const char *at = memrchr(host, '@', length);
  if (at) length -= (size_t)(at + 1 - host), host = at + 1;
  snprintf(callback->host, sizeof callback->host, "%.*s", (int)length, host);
  const char *path = host + length, *ours = secret ? strstr(path, secret) : NULL;
  size_t before = sizeof WEBHOOK_PATH - 1;
  callback->is_ours = ours && (size_t)(ours - path) >= before &&
                      strncmp(ours - before, WEBHOOK_PATH, before) == 0 && !ours[strlen(secret)];
  /* A stranger's URL is not asked for: a GET of it might do something there. */
  int size =
      snprintf(callback->url, sizeof callback->url, callback->is_ours ? "%s/healthz" : "%s", url);
  return size > 0 && (size_t)size < sizeof callback->url && length > 0;
}

static void tell_reply(struct doctor *doctor, const struct callback *callback, long status,
                       bool has_ranges) {
  if (status == 200)
    doctor_say(doctor, DOCTOR_FINE(check), "the receiver at %s answers", callback->host);
  else if (status == 404 && has_ranges)
    doctor_say(doctor, DOCTOR_WARN(check, "Ask from a machine that may deliver."),
               "%s answers 404: this machine may be none that the profile's allow has",
               callback->host);
  else
    doctor_say(doctor,
               DOCTOR_FAIL(check, status == 404 ? EXIT_CONFIG : EXIT_TEMPORARY,
                           status == 404 ? "Start loftyrun serve --listen there with the same "
                                           "LOFTYRUN_WEBHOOK_SECRET, and have the proxy pass the "
                                           "whole path on."
                                         : "Look at the log of loftyrun serve there, and of the "
                                           "proxy before it."),
               "%s answers %ld to the receiver's own path", callback->host, status);
}

static void tell_failure(struct doctor *doctor, const struct callback *callback,
                         const struct probe *probe) {
  static const char *const where[] = {[PROBE_NAME] = "its name is not known",
                                      [PROBE_PROXY] = "the proxy does not let it through",
                                      [PROBE_CONNECT] = "nothing answers there",
                                      [PROBE_TLS] = "TLS fails",
                                      [PROBE_REPLY] = "it does not reply"};
  static const char *const cures[] = {
      [PROBE_NAME] = "Correct the DNS entry, or subscribe with a name that is there.",
      [PROBE_PROXY] = "Look at https_proxy; Lofty itself does not go through it.",
      [PROBE_CONNECT] = "Start loftyrun serve --listen there, and look at the firewall.",
      [PROBE_TLS] = "Show a certificate for that name, with its chain, that Lofty trusts.",
      [PROBE_REPLY] = "Look at the log of loftyrun serve there, and of the proxy before it."};
  struct doctor_about about = {check, callback->is_ours ? DOCTOR_PROBLEM : DOCTOR_WARNING,
                               EXIT_TEMPORARY,
                               callback->is_ours ? cures[probe->reached]
                                                 : "It is no receiver of this profile's: whoever "
                                                   "made the subscription should look."};
  doctor_say(doctor, about, "posts to %s do not arrive: %s (%s)", callback->host,
             where[probe->reached], probe->message);
}

static void tell(struct doctor *doctor, const struct callback *callback, const struct probe *probe,
                 bool has_ranges) {
  int64_t days = (probe->certificate_ends - (int64_t)time(NULL)) / DAY;
  if (probe->reached != PROBE_DONE) {
    tell_failure(doctor, callback, probe);
    return;
  }
  if (callback->is_ours) {
    tell_reply(doctor, callback, probe->status, has_ranges);
  } else {
    doctor_say(doctor, DOCTOR_FINE(check),
               "%s can be reached; its path is no secret set here, so it was not asked",
               callback->host);
  }
  if (probe->certificate_ends > 0 && days < SOON_DAYS)
    doctor_say(doctor, DOCTOR_WARN(check, "Renew it there."),
               "the certificate of %s ends in %" PRId64 " days", callback->host, days);
}

/* Whether the last one leads where an earlier one does; strangers are looked at once a host. */
static bool is_there(const struct callback *callbacks, size_t last) {
  for (size_t i = 0; i < last; i++)
    if (strcmp(callbacks[i].url, callbacks[last].url) == 0 ||
        (!callbacks[last].is_ours && strcmp(callbacks[i].host, callbacks[last].host) == 0))
      return true;
  return false;
}

void doctor_callbacks(struct doctor *doctor, const char *const *urls, size_t count,
                      long milliseconds) {
  char header[HEADER_SIZE] = "";
  struct webhook_settings settings = settings_of(doctor);
  struct callback *callbacks = calloc(count, sizeof *callbacks);
  struct probe *probes = calloc(count, sizeof *probes);
  size_t wanted = 0;
  if (settings.header_name)
    snprintf(header, sizeof header, "%s: %s", settings.header_name, settings.header_value);
  for (size_t i = 0; callbacks && probes && i < count; i++) {
    bool fine = read_callback(urls[i], settings.secret, &callbacks[wanted]);
    if (fine && !callbacks[wanted].is_ours && settings.previous_secret)
      fine = read_callback(urls[i], settings.previous_secret, &callbacks[wanted]);
    if (!fine) {
      doctor_say(doctor, DOCTOR_WARN(check, "Look at it with: loftyrun api webhooks.list"),
                 "a subscription has a callback of no known form");
      continue;
    }
    if (is_there(callbacks, wanted)) continue;
    probes[wanted] = (struct probe){.url = callbacks[wanted].url,
                                    .asks = callbacks[wanted].is_ours,
                                    .header = *header ? header : NULL};
    wanted++;
  }
  if (probe_all(probes, wanted, milliseconds))
    for (size_t i = 0; i < wanted; i++)
      tell(doctor, &callbacks[i], &probes[i], settings.allowed_count > 0);
  explicit_bzero(header, sizeof header);
  free(callbacks);
  free(probes);
}
