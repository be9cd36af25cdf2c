--- `loftyrun auth status`: asks Lofty whose credential is in use, and says what is known about it. The credential itself
--- is not shown; nor could it be, for no Lua value holds it.
local lofty = require "lofty"
local native = require "native.credential"
local usage = require "lofty.shell.usage"

local M = {}

local KINDS = {
  none = "none",
  api_key = "API key",
  access_token = "access token, given as it is",
  client_credentials = "client credentials, whose tokens are got as they end",
  login = "login, whose tokens are renewed as they end",
}

--- Where asking did not work for a reason that says nothing about the credential.
local PASSING = { network = true, server = true, timeout = true, rate_limit = true, protocol = true, cancelled = true }

--- What is known about the credential, and who it is. `error` where Lofty did not say.
---@class lofty.shell.AuthStatus
---@field works boolean|nil nil: it could not be asked
---@field facts table of native.credential
---@field me table|nil
---@field err lofty.Error|nil

---@return lofty.shell.AuthStatus
local function ask()
  local me, err = lofty.try(lofty.members.me)
  local facts = native.describe() -- after the call: now its token is there
  if me then return { works = true, facts = facts, me = me } end
  -- Lofty knows the caller, who may just not ask this.
  local known = err.category == "permission" and err.status ~= nil
  local works
  if not PASSING[err.category] and err.category ~= "limit" then works = known end
  return { works = works, facts = facts, err = err }
end

local function stamp(ms)
  return ms and os.date("!%Y-%m-%dT%H:%M:%SZ", ms // 1000) or nil
end

--- Text from elsewhere does nothing to a terminal.
local function tame(text)
  return text ~= nil and (tostring(text):gsub("%c", " "):gsub("\xC2[\x80-\x9F]", " ")) or nil
end

local function full_name(me)
  local name = ((tame(me.firstName) or "") .. " " .. (tame(me.lastName) or "")):match("^%s*(.-)%s*$")
  return name ~= "" and name or nil
end

local function whose(me)
  local parts = { full_name(me) or "nobody with a name" }
  if me.email then parts[1] = ("%s <%s>"):format(parts[1], tame(me.email)) end
  if me.teamId then parts[#parts + 1] = ("team %s"):format(tame(me.teamId)) end
  if me.groupName then parts[#parts + 1] = tame(me.groupName) end
  return table.concat(parts, ", ")
end

local function ending(facts)
  local grant = facts.kind == "login" or facts.kind == "client_credentials"
  if facts.kind == "none" then return nil end
  if not facts.ends_at then return grant and "there is no token" or "Lofty tells no end" end
  local past = facts.ends_at <= lofty.now()
  return stamp(facts.ends_at) .. (past and ", which is past" or grant and ", then it is renewed" or "")
end

local function print_text(status)
  local facts = status.facts
  local function line(name, value)
    if value then print(("%-12s %s"):format(name .. ":", value)) end
  end
  line("whose", status.me and whose(status.me) or status.works and "Lofty does not let it ask")
  line("credential", KINDS[facts.kind])
  line("from", facts.from)
  line("client id", facts.client_id)
  line("ends", ending(facts))
  line("token from", facts.endpoint)
  line("base URL", facts.base_url and ("%s (%s)"):format(facts.base_url, facts.base_url_from))
  line("profile", facts.profile)
end

local function print_json(status)
  local facts, me, err = status.facts, status.me or {}, status.err
  local written = {
    works = status.works, name = full_name(me), email = me.email, userId = me.id, teamId = me.teamId,
    groupName = me.groupName, kind = facts.kind, from = facts.from, profile = facts.profile, clientId = facts.client_id,
    baseUrl = facts.base_url, baseUrlFrom = facts.base_url_from, tokenUrl = facts.endpoint,
    obtainedAt = stamp(facts.obtained_at), endsAt = stamp(facts.ends_at),
    error = err and { code = err.code, message = err.message, hint = err.hint, category = err.category } or nil,
  }
  print(require("lofty.shell.json").readable(written))
end

local function exit_code(status)
  if status.works then return 0 end
  if status.works == false then return 3 end
  return status.err.category == "limit" and status.err.code ~= "STATE_FAILED" and 6 or 5
end

--- Runs the command.
---@param output string "json", or "" for text
function M.status(output)
  if output ~= "" and output ~= "json" then usage.fail("auth status writes text, or json with -o json") end
  local status = ask()
  if output == "json" then print_json(status) else print_text(status) end
  if status.err then
    usage.say(tostring(status.err))
    if status.err.hint then io.stderr:write("hint: ", status.err.hint, "\n") end
  end
  os.exit(exit_code(status))
end

return M
