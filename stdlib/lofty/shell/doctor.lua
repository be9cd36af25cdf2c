--- The part of `loftyrun doctor` that asks Lofty: whose credential it is and when it ends, what it may read, how much of
--- the limit of calls is left, and which callbacks are subscribed. It only reads. What it finds are lines for
--- runtime/host/doctor_network.c, each behind a mark that nothing else begins with.
local lofty = require "lofty"
local native = require "native.credential"

local M = {}

local MARK = "\x1E"
local OK, WARNING, PROBLEM = 0, 2, 3
local DAY = 24 * 60 * 60 * 1000
local SOON_DAYS = 7
local NEW_ONE = "Make a new one and put it in its place."

--- Without what would end a line or a part of it; what a terminal might obey is seen to where it is shown.
local function plain(text) return (tostring(text or ""):gsub("[%c]", " ")) end

local function tell(...) io.write(MARK, table.concat({ ... }, "\t"), "\n") end

local function say(check, level, exit_code, cure, text)
  tell(level, check, exit_code, plain(cure), plain(text))
end

--- The exit code of a refusal, as that of a run.
local EXIT = { auth = 3, permission = 3, network = 5, server = 5, timeout = 5, rate_limit = 5, protocol = 5, limit = 5 }

local function cure_of(err)
  if err.category == "rate_limit" or err.code == "WOULD_WAIT" then
    return "Run again in a minute: others use up the limit of calls."
  end
  return err.hint or "loftyrun help " .. tostring(err.code)
end

--- That others use up the limit of calls is no fault of anything here.
local function level_of(err) return err.category == "rate_limit" and WARNING or PROBLEM end

--- A read that everybody's work begins with, and what it is called for a person.
local READS = {
  { name = "leads", call = function() return lofty.leads.list { limit = 1 } end },
  { name = "webhooks", call = function() return lofty.webhooks.list() end },
}

---@param facts table of native.credential
---@param works boolean Lofty takes it all the same
local function say_ending(facts, works)
  local grant = facts.kind == "login" or facts.kind == "client_credentials"
  if not facts.ends_at then return end
  local days = (facts.ends_at - lofty.now()) // DAY
  local day = os.date("!%Y-%m-%d", facts.ends_at // 1000)
  if grant then
    say("credential", OK, 0, "", ("its token ends on %s, and is renewed before"):format(day))
  elseif days < 0 then
    say("credential", works and WARNING or PROBLEM, 3, NEW_ONE, ("it says that it ended on %s"):format(day))
  elseif days < SOON_DAYS then
    say("credential", WARNING, 0, NEW_ONE, ("it ends on %s, in %d days"):format(day, days))
  else
    say("credential", OK, 0, "", ("it ends on %s"):format(day))
  end
end

--- Whether Lofty takes the credential. A caller who may not ask who it is is known to Lofty all the same.
local function say_caller(me, err)
  if me then
    local name = ("%s %s"):format(me.firstName or "", me.lastName or ""):match("^%s*(.-)%s*$")
    say("lofty", OK, 0, "", ("it takes the credential: %s, user %s, team %s"):format(name ~= "" and name or "no name",
      tostring(me.userId or me.id or "?"), tostring(me.teamId or "?")))
    return true
  end
  if err.category == "permission" then
    say("lofty", WARNING, 0, cure_of(err), "it takes the credential, which may not ask whose it is: " .. tostring(err))
    return true
  end
  say("lofty", level_of(err), EXIT[err.category] or 4, cure_of(err), tostring(err))
  return false
end

local function say_read(name, err)
  if not err then return say("lofty", OK, 0, "", ("the credential may read %s"):format(name)) end
  local is_permission = err.category == "permission" or err.category == "auth"
  say("lofty", is_permission and WARNING or level_of(err), EXIT[err.category] or 4, cure_of(err),
    ("reading %s: %s"):format(name, tostring(err)))
end

local function say_quota()
  local status = lofty.quota.status()
  if not status.limit then return say("lofty", OK, 0, "", "its replies name no limit of calls") end
  local left = status.remaining or status.limit
  local text = ("%d of %d calls are left in this minute, for all runs with this credential here"):format(left, status.limit)
  if left * 10 < status.limit then
    say("lofty", WARNING, 0, "Spread the runs, or tell the large ones --priority bulk (loftyrun help cron).", text)
  else
    say("lofty", OK, 0, "", text)
  end
end

local function say_callbacks(subscriptions)
  for _, each in ipairs(subscriptions) do
    local url = type(each) == "table" and each.callbackUrl
    if type(url) == "string" and not url:find("%c") then tell("callback", url) end
  end
  say("webhooks", OK, 0, "", #subscriptions == 1 and "the account has 1 subscription"
    or ("the account has %d subscriptions"):format(#subscriptions))
end

--- Asks everything at the same time, and says what came of it.
function M.run()
  local asked = {}
  local who = lofty.spawn(function() return lofty.try(lofty.members.me) end)
  for index, read in ipairs(READS) do
    asked[index] = lofty.spawn(function() return lofty.try(read.call) end)
  end
  local is_known = say_caller(who:wait())
  say_ending(native.describe(), is_known) -- after the call: now its token is there
  for index, read in ipairs(READS) do
    local result, err = asked[index]:wait()
    if is_known then say_read(read.name, err) end
    if read.name == "webhooks" and result then say_callbacks(result) end
  end
  if is_known then say_quota() end
  tell("done")
end

return M
