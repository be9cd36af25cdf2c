--- Failures of our own making: what went wrong on the way to Lofty, in its reply, or by a limit of the run;
--- and plain HTTP statuses that came without any code. Same row shape as lofty.catalogue_rows, plus
---   own = true      this name is loftyrun's, Lofty never sends it
---   unsent = true   when this is raised, the request certainly never left

local rows = {
  { name = "CONNECT_FAILED", statuses = {}, category = "network", retry = "yes", unsent = true,
    meaning = "No connection to Lofty could be made: the name did not resolve or nothing answered there.",
    cure = "Check the network, a proxy and LOFTY_BASE_URL, then run again." },

  { name = "TLS_FAILED", statuses = {}, category = "network", retry = "no", unsent = true,
    meaning = "The server's certificate could not be verified, so nothing was said to it.",
    cure = "Look at the machine's clock, its certificate store (ca-certificates) and any proxy that opens TLS." },

  { name = "TIMEOUT", statuses = { 408 }, category = "timeout", retry = "yes",
    meaning = "No complete reply came within the time allowed for one call.",
    cure = "Run again later, or allow more time. If it was a write, look first whether it was done." },

  { name = "CONNECTION_LOST", statuses = {}, category = "network", retry = "yes",
    meaning = "The connection broke after the request had gone out and before the reply was complete.",
    cure = "If it was a read, run again. If it was a write, look first whether it was done." },

  { name = "CIRCUIT_OPEN", statuses = {}, category = "network", retry = "yes", unsent = true,
    meaning = "The last calls got no answer, so Lofty is left alone for some seconds and this call was not made.",
    cure = "Run again later; a call that is allowed retries waits for the rest to end by itself." },

  { name = "INVALID_RESPONSE", statuses = {}, category = "protocol", retry = "yes",
    meaning = "A reply came that is not what this operation answers: not JSON, cut short, or without its result.",
    cure = "Look at `err.body`. A page of HTML is usually a proxy or a maintenance page; else check the base URL." },

  { name = "RESPONSE_TOO_LARGE", statuses = {}, category = "protocol", retry = "no",
    meaning = "The reply was larger than loftyrun accepts and was given up.",
    cure = "Ask for less at a time: a smaller limit, a narrower filter." },

  { name = "REDIRECTED", statuses = {}, category = "protocol", retry = "no",
    meaning = "The server sent the call elsewhere; it was not followed, because the credentials would go along.",
    cure = "Set LOFTY_BASE_URL to the address the API really has." },

  { name = "INSECURE_URL", statuses = {}, category = "auth", retry = "no", unsent = true,
    meaning = "The base URL is plain http to another machine, which would show the credentials to anyone between.",
    cure = "Use an https base URL. Plain http is allowed to this machine only, for the sandbox." },

  { name = "INVALID_URL", statuses = {}, category = "auth", retry = "no", unsent = true,
    meaning = "The base URL is not an address that a call can be made to.",
    cure = "Set LOFTY_BASE_URL to https:// and a host, or leave it out for Lofty's own." },

  { name = "NO_CREDENTIALS", statuses = {}, category = "auth", retry = "no", unsent = true,
    meaning = "There is neither an API key nor an access token to call Lofty with.",
    cure = "Set LOFTY_API_KEY, or LOFTY_ACCESS_TOKEN for OAuth, or log in: loftyrun auth login; --sandbox needs neither." },

  { name = "LOGIN_NEEDED", statuses = {}, category = "auth", retry = "no", unsent = true,
    meaning = "The profile's calls are made in the name of somebody who logs in, and there is no login, or it has ended.",
    cure = "Run `loftyrun auth login --profile NAME` once, at a machine with a browser or with its URL at hand." },

  { name = "TOKEN_REFUSED", statuses = {}, category = "auth", retry = "no", unsent = true,
    meaning = "Lofty's token endpoint refused to give an access token, so the call was not made.",
    cure = "invalid_client: check client id and secret. invalid_grant: a login has to be done again with "
      .. "`loftyrun auth login`, or the customer key (an API key) is expired or revoked and has to be made anew." },

  { name = "NO_TOKEN_ENDPOINT", statuses = {}, category = "auth", retry = "no", unsent = true,
    meaning = "Neither of the addresses where Lofty gives tokens knows of any.",
    cure = "Check LOFTY_BASE_URL, or set token_url in the profile to the address Lofty has given you." },

  { name = "OUT_OF_MEMORY", statuses = {}, category = "limit", retry = "no",
    meaning = "There was not enough memory for the call or its reply.",
    cure = "Ask for less at a time. If it was a write, look first whether it was done." },

  { name = "TOO_MANY_REQUESTS", statuses = { 429 }, category = "rate_limit", retry = "yes",
    meaning = "Lofty's limit of calls per minute was reached, and waiting for it did not help in time.",
    cure = "Wait `err.retry_after` seconds; make fewer calls at once, or spread the work over more runs.",
    infer = { statuses = { 400, 403, 429 },
      says = { "too many requests", "too many calls", "rate%W?limit", "rate %w*%s?exceed", "request limit", "call limit",
        "%f[%w]api%f[%W] .-limit", "limit .-%f[%w]api%f[%W]", "per minute", "too fast", "throttl" } } },

  { name = "SERVER_ERROR", statuses = { 500, 502, 503, 504 }, category = "server", retry = "yes",
    meaning = "Lofty, or something in front of it, failed while working on the call.",
    cure = "Run again later; status.lofty.com tells of outages. If it was a write, look first whether it was done." },

  { name = "UNAUTHORIZED", statuses = { 401 }, category = "auth", retry = "after_refresh",
    meaning = "Lofty did not accept the credentials and gave no code for it.",
    cure = "A key has to be made anew in Lofty under Settings > Integrations > API Keys and put into LOFTY_API_KEY; a "
      .. "login has to be done again with `loftyrun auth login`. `loftyrun auth status` says which one is in use." },

  { name = "FORBIDDEN", statuses = { 403 }, category = "permission", retry = "no",
    meaning = "The credentials are good but may not do this; Lofty gave no code for it.",
    cure = "Check the user's role in the CRM and, for OAuth, what the application was granted." },

  { name = "NOT_FOUND", statuses = { 404 }, category = "not_found", retry = "no",
    meaning = "Nothing is there, or not for this caller, and Lofty gave no code for it.",
    cure = "Check the id. If the message speaks of an endpoint, check the path and LOFTY_BASE_URL instead." },

  { name = "BAD_REQUEST", statuses = { 400, 405, 406, 409, 413, 414, 415, 422 }, category = "validation",
    retry = "no",
    meaning = "Lofty did not accept the call as it was sent and gave no code for it.",
    cure = "Read `err.message` and `err.body`, then compare the call with `loftyrun help` of the operation." },

  { name = "AMBIGUOUS", statuses = {}, category = "conflict", retry = "no",
    meaning = "Several things fit where a helper needs exactly one, so it took none of them.",
    cure = "The message names their ids: merge them in the CRM, or choose among them in the script." },

  { name = "CANCELLED", statuses = {}, category = "cancelled", retry = "no",
    meaning = "The call, or the wait, was stopped from this side: its task was cancelled.",
    cure = "Nothing to repair. If it was a write, look whether it was done before doing it again." },

  { name = "DEADLINE_EXCEEDED", statuses = {}, category = "limit", retry = "no",
    meaning = "The time that lofty.deadline gave to a part of the script was over.",
    cure = "Give it more, or let it do less. If it was a write, look whether it was done before doing it again." },

  { name = "TOO_MANY_CALLS", statuses = {}, category = "limit", retry = "no", unsent = true,
    meaning = "The run has made as many calls as --max-requests allows it.",
    cure = "Raise --max-requests if so many calls are meant; otherwise look for a loop that does not end." },

  { name = "ALREADY_RUNNING", statuses = {}, category = "conflict", retry = "no", unsent = true,
    meaning = "Another loop or run has begun the same and is still at it.",
    cure = "Wait until it has ended, or give this one another name; a lock never outlives its process." },

  { name = "GRANT_NEEDED", statuses = {}, category = "permission", retry = "no", unsent = true,
    meaning = "The call would send something or delete something, and nobody has allowed the script to.",
    cure = "Write the line that the message names into the script's header, or run it with --allow; "
      .. "`loftyrun help grants` says more." },

  { name = "GRANT_EXHAUSTED", statuses = {}, category = "limit", retry = "no", unsent = true,
    meaning = "The script may send or delete so often a run or a day, and that is used up.",
    cure = "If more is meant, raise the cap where it is set: in the script's header, the profile or --allow. A new day "
      .. "begins at midnight in the profile's time zone, else the user's." },

  { name = "CONTACT_NOT_ALLOWED", statuses = {}, category = "permission", retry = "no", unsent = true,
    meaning = "The lead has unsubscribed or must not be written to on this way, so nothing was sent to anybody.",
    cure = "Leave out the leads in `err.recipients`; lofty.guard.may tells beforehand." },

  { name = "QUIET_HOURS", statuses = {}, category = "conflict", retry = "yes", unsent = true,
    meaning = "Where the lead may live it is an hour at which nobody is written to.",
    cure = "Run again from `err.not_before` on, in `err.retry_after` seconds. `loftyrun help grants` says how quiet hours "
      .. "are set." },

  { name = "TIMEZONE_UNKNOWN", statuses = {}, category = "validation", retry = "no", unsent = true,
    meaning = "Nobody knows what time it is where the lead lives, and so whether it is too late to write.",
    cure = "Set timezone in the profile, or the user's in Lofty." },

  { name = "ONCE_UNSETTLED", statuses = {}, category = "conflict", retry = "no", unsent = true,
    meaning = "An earlier call of lofty.once did some of its work, or may have, and it cannot be told which.",
    cure = "Look with `loftyrun history show RUN` and in the CRM, then say what is so: `loftyrun history settle KEY done` "
      .. "or `again`, or lofty.once.settle." },

  { name = "DRY_RUN", statuses = {}, category = "limit", retry = "no", unsent = true,
    meaning = "In a dry run this cannot be known: it depends on a write that was only planned.",
    cure = "Apply the plan of what comes before, then run again; lofty.dry_run tells a script that it is a dry run." },

  { name = "STATE_UNUSABLE", statuses = {}, category = "permission", retry = "no",
    meaning = "The state folder or its file cannot be used as it is.",
    cure = "Do what the message says, or name another folder with --state." },

  { name = "STATE_FAILED", statuses = {}, category = "limit", retry = "no",
    meaning = "The state file could not be read or written just now; nothing of the last change was kept.",
    cure = "Make room on the disk or wait for the other run, then run again." },
}

for _, row in ipairs(rows) do row.own = true end

return rows
