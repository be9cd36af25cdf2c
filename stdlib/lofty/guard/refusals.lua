--- The errors of lofty.guard, each of which says what was not done, why, and what to do.
local lofty_error = require "lofty.error"

local M = {}

local MOST_NAMED = 10

M.try, M.is_error = lofty_error.try, lofty_error.is_error

---@class lofty.guard.Call
---@field row table
---@field values any[]|nil

--- Raises an error of a call that was not made.
---@param call lofty.guard.Call
---@param code string|integer
---@param fields table
function M.fail(call, code, fields)
  fields.code, fields.operation, fields.method = code, call.row.name, call.row.method
  fields.path = call.values and require("lofty.client").path(call.row, call.values) or nil
  fields.outcome = call.row.method and "not_sent" or nil
  error(lofty_error.new(fields), 0)
end

--- "send_sms, at most 50 a run and 200 a day", as it is written in a header.
---@param kind table
---@param caps { run: integer|nil, day: integer|nil }|nil
---@return string
function M.terms(kind, caps)
  caps = caps or kind
  local parts = {}
  if caps.run then parts[1] = ("%d a run"):format(caps.run) end
  if caps.day then parts[#parts + 1] = ("%d a day"):format(caps.day) end
  return kind.name .. (#parts > 0 and ", at most " .. table.concat(parts, " and ") or "")
end

--- The run has no such grant.
---@param call lofty.guard.Call
---@param kind table
---@param grant table|nil
---@param grants table|nil
function M.needed(call, kind, grant, grants)
  local message, hint
  if grant and grant.denied then
    message = ("the profile denies %s"):format(kind.name)
    hint = "Whoever keeps config.lua can take it out of deny; see `loftyrun help grants`."
  else
    local line = "-- loftyrun: allow " .. M.terms(kind)
    message = grants and grants.script
      and ('it needs a grant; write "%s" above the first line of code of %s, or run it with --allow %s')
        :format(line, grants.script, kind.name)
      or ('it needs a grant; run it with --allow %s, or write "%s" above the first line of code'):format(kind.name, line)
  end
  M.fail(call, "GRANT_NEEDED", { message = message, hint = hint, grant = kind.name })
end

--- A cap does not leave room.
---@param call lofty.guard.Call
---@param name string
---@param grant table
---@param cap "run"|"day"
---@param uses integer
---@param zone string|nil
function M.exhausted(call, name, grant, cap, uses, zone)
  local which = cap == "run" and "a run" or ("a day (%s)"):format(zone)
  local more = uses > 1 and (", and this call would take %d"):format(uses) or ""
  M.fail(call, "GRANT_EXHAUSTED", { grant = name, message = ("%s may be used %s %s%s, and that is used up")
    :format(name, grant[cap] == 1 and "once" or ("%d times"):format(grant[cap]), which, more) })
end

--- Leads who must not be written to.
---@param call lofty.guard.Call
---@param list { leadId: integer|nil, flag: string, how: string }[]
function M.forbidden(call, list)
  local parts, recipients = {}, {}
  for index, entry in ipairs(list) do
    recipients[index] = { leadId = entry.leadId, flag = entry.flag }
    local who = entry.leadId and ("lead %d"):format(entry.leadId) or "the new lead"
    if index <= MOST_NAMED then parts[index] = ("%s: %s"):format(who, entry.how) end
  end
  local rest = #list > MOST_NAMED and ("; and %d more"):format(#list - MOST_NAMED) or ""
  M.fail(call, "CONTACT_NOT_ALLOWED", { message = "must not be written to: " .. table.concat(parts, "; ") .. rest,
    recipients = recipients })
end

--- The fields of an error where it is quiet.
---@param zone string
---@param ends integer|nil milliseconds since 1970
---@param now integer
---@return table
function M.quiet(zone, ends, now)
  local time = require "lofty.time"
  local shown = time.fields(now, zone)
  local message = ("it is %d:%02d in %s, where the lead may live"):format(shown.hour, shown.minute, zone)
  if not ends then return { message = message .. ", and with these quiet hours no moment is free", retryable = false } end
  return { message = ("%s; it may be sent from %s on"):format(message, time.iso(ends, zone)), not_before = ends,
    retry_after = math.ceil((ends - now) / 1000) }
end

--- What has to be known cannot be read.
---@param call lofty.guard.Call
---@param what string
---@param err lofty.Error
function M.unread(call, what, err)
  if err.code == "CANCELLED" or err.code == "DEADLINE_EXCEEDED" then error(err, 0) end
  M.fail(call, err.code, { message = ("%s could not be read, so nothing was sent: %s"):format(what, err.message),
    category = err.category, retryable = err.retryable, retry_after = err.retry_after, hint = err.hint, cause = err })
end

return M
