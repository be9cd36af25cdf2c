--- `loftyrun help grants`, and the line on grants in the help of an operation.
local native = require "native.guard"
local operations = require "lofty.guard.operations"

local M = {}

local TEXT = [[
A script may read, create and change without being asked. For a call that sends something to a
person, or deletes, it needs a grant; without one the call raises GRANT_NEEDED (exit code 3)
before anything is sent.

%s

A grant is given by the script's header, the comment lines above its first line of code:

  -- loftyrun: allow send_sms, at most 50 a run and 200 a day
  -- loftyrun: allow send_email, at most 20 a day, quiet 18:00-09:00
  -- loftyrun: allow delete_notes

by --allow for one run: --allow send_sms,delete_notes or --allow "send_sms, at most 5 a run"; or
for all runs with a profile by the profile in config.lua, which may also forbid and lower:

  default = {
    allow = { "delete_notes", "notify_agents, at most 10 a day" },
    limit = { "send_sms, at most 20 a run and 100 a day" },
    deny = { "delete_leads" },
    quiet_hours = "20:00-09:00",
    timezone = "America/New_York",
  }

Caps. Where nobody says how often, the numbers above hold; of several, the smallest: a header
cannot go beyond the profile. A day is one in the profile's timezone, else the user's in Lofty;
all runs with the same profile and base URL on this machine count together. A use counts before
the call is sent, and not if Lofty certainly did not do it. Where a cap is used up the call raises
GRANT_EXHAUSTED (exit code 6).

Quiet hours, for texts and e-mails to leads: from 21:00 to 8:00 where the lead lives, unless
somebody says otherwise ("quiet none": at any hour). Where the profile speaks of them, header and
--allow can only add to them. Where a lead lives the state of their address says, or else its
postcode, and so for the mailing address and the home among the properties; it must be day in all
zones of these. Where none says, the profile's timezone counts, else the user's. At a quiet hour
the call raises QUIET_HOURS (exit code 5) with err.not_before, the moment from which on it may be
sent. The AI sales agent has hours of its own, in its settings.

Leads are not written to who have unsubscribed, who have cannotText, cannotEmail or cannotCall for
the way in question, or whose number is on a do-not-call list (phoneStatuses 4 and 5):
CONTACT_NOT_ALLOWED (exit code 4), with all of them in err.recipients, and nothing is sent to
anybody. The lead is read for that unless the run has read it in the last five minutes; where it
cannot be read, nothing is sent.

lofty.guard.may("send_sms", leadId) asks beforehand: true, or nil and the error.

With --sandbox all of this holds too, so that what works there works with Lofty. loftyrun api is a
person's own call: it needs no grant, and only the profile's deny and caps hold; quiet hours and
leads' wishes hold as ever.
]]

--- The text of the topic.
---@return string
function M.page()
  local lines = {}
  for index, kind in ipairs(native.kinds()) do
    lines[index] = ("  %-16s %-46s at most %d a run%s"):format(kind.name, kind.allows, kind.run,
      kind.day and (", %d a day"):format(kind.day) or "")
  end
  return TEXT:format(table.concat(lines, "\n"))
end

--- What an operation needs a grant for, as a sentence; nil where it needs none.
---@param name string
---@return string|nil
function M.sentence(name)
  local class = operations[name]
  if not class or not class.needs then return nil end
  local parts = {}
  for index, need in ipairs(class.needs) do
    parts[index] = need.grant .. (need.where and (" with %s"):format(need.where) or "")
  end
  return ("Needs the grant %s (loftyrun help grants): %s."):format(table.concat(parts, " and "), class.why)
end

return M
