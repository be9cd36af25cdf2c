/* How far loftyrun doctor gets on the way to Lofty, and whether this machine's clock is right. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/exit_code.h"
#include "../core/probe.h"
#include "doctor_report.h"

static const char check[] = "network", clock_check[] = "clock";
enum { DAY = 86400, SOON_DAYS = 7, SKEW_SECONDS = 10, SKEW_MOST = 300, CURE_SIZE = 320 };

static const char *authorities_cure(const struct probe *probe, char cure[CURE_SIZE]) {
  int64_t now = time(NULL);
  const char *named = config_variable("SSL_CERT_FILE");
  if (!named) named = config_variable("SSL_CERT_DIR");
  if (probe->certificate_ends > 0 && probe->certificate_ends < now)
    return "Its certificate has ended, or this machine's clock is wrong: look at the clock first.";
  if (strstr(probe->message, "subject name"))
    return "It is for another name: look at the base URL, and at what answers there.";
  snprintf(
      cure, CURE_SIZE,
      named ? "The authorities of %s alone are trusted here: add the one that has signed, or "
              "unset SSL_CERT_FILE and SSL_CERT_DIR."
            : "Install the newest ca-certificates; where a proxy of your network opens TLS, name "
              "its authority's file in SSL_CERT_FILE.",
      named ? named : "");
  return cure;
}

static void tell_failure(struct doctor *doctor, const struct probe *probe) {
  static const char *const cures[] = {
      [PROBE_NAME] =
          "Look at /etc/resolv.conf and the network; where only a proxy may, set "
          "https_proxy, for cron in the crontab.",
      [PROBE_PROXY] = "Look at https_proxy and no_proxy, and what the proxy allows.",
      [PROBE_CONNECT] =
          "Look whether the network lets this machine out to that port; where only a "
          "proxy may, set https_proxy.",
      [PROBE_TLS] = "Something between here and there may close or change TLS 1.2 and 1.3.",
      [PROBE_REPLY] = "Run again later; status.lofty.com tells of outages."};
  static const char *const where[] = {[PROBE_NAME] = "the name is not found (DNS)",
                                      [PROBE_PROXY] = "the proxy does not let it through",
                                      [PROBE_CONNECT] = "no connection is made (TCP)",
                                      [PROBE_TLS] = "TLS fails",
                                      [PROBE_REPLY] = "there is no reply (HTTP)"};
  char cure[CURE_SIZE];
  const char *host = doctor->config.base_url;
  struct doctor_about about =
      DOCTOR_FAIL(check, EXIT_TEMPORARY,
                  probe->untrusted ? authorities_cure(probe, cure) : cures[probe->reached]);
  if (probe->untrusted && *probe->issuer)
    doctor_say(doctor, about, "%s: its certificate is refused: %s (signed by %s)", host,
               probe->message, probe->issuer);
  else
    doctor_say(doctor, about, "%s: %s: %s", host,
               probe->untrusted ? "its certificate is refused" : where[probe->reached],
               probe->message);
}

static void tell_success(struct doctor *doctor, const struct probe *probe) {
  int64_t days = (probe->certificate_ends - (int64_t)time(NULL)) / DAY;
  const char *url = doctor->config.base_url;
  if (!*probe->tls)
    doctor_say(doctor, DOCTOR_FINE(check), "%s answers (%s, %ld ms)", url, probe->address,
               probe->milliseconds);
  else if (probe->certificate_ends > 0 && days < SOON_DAYS)
    doctor_say(doctor, DOCTOR_WARN(check, "Whoever runs that server has to renew it."),
               "%s answers, but its certificate ends in %" PRId64 " days", url, days);
  else
    doctor_say(doctor, DOCTOR_FINE(check),
               "%s answers (%s, %s, %ld ms); its certificate ends in %" PRId64 " days", url,
               probe->address, probe->tls, probe->milliseconds, days);
}

static void tell_clock(struct doctor *doctor, const struct probe *probe) {
  static const char cure[] =
      "Have the clock set by NTP (timedatectl set-ntp true): schedules, tokens and certificates go "
      "by it.";
  if (probe->date == 0) {
    doctor_say(doctor, DOCTOR_SKIP(clock_check), "the reply had no date to compare with");
    return;
  }
  int64_t ahead = probe->asked - probe->date, seconds = ahead < 0 ? -ahead : ahead;
  if (seconds <= SKEW_SECONDS) {
    doctor_say(doctor, DOCTOR_FINE(clock_check), "it agrees with the server's to %d s",
               SKEW_SECONDS);
    return;
  }
  struct doctor_about about = {clock_check, seconds > SKEW_MOST ? DOCTOR_PROBLEM : DOCTOR_WARNING,
                               EXIT_CONFIG, cure};
  doctor_say(doctor, about, "this machine's clock is %" PRId64 " s %s the server's", seconds,
             ahead < 0 ? "behind" : "ahead of");
}

bool doctor_reach(struct doctor *doctor, long milliseconds) {
  struct probe probe = {.url = doctor->config.base_url, .asks = true};
  if (!probe_all(&probe, 1, milliseconds)) {
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_TEMPORARY, NULL), "out of memory");
    return false;
  }
  if (probe.reached != PROBE_DONE)
    tell_failure(doctor, &probe);
  else
    tell_success(doctor, &probe);
  /* A clock that is wrong may be why a certificate is. */
  if (probe.reached == PROBE_DONE) tell_clock(doctor, &probe);
  return probe.reached == PROBE_DONE;
}
