--- What to do about a refused credential: the exact cure, which depends on what kind of credential the run has and on
--- where it came from. The catalogue's own cures (lofty.catalogue) speak to everybody.
local native = require "native.credential"

local M = {}

local NEW_KEY = "make a new one in Lofty under Settings > Integrations > API Keys"
local PORTAL = "Lofty's developer portal (https://api.lofty.com/vendor/frontend/static/index.html)"

--- Where the credential came from: a variable, or a setting of a profile.
local function place(facts)
  local setting = (facts.from or ""):match("^(.+) of the profile$")
  return setting and ('%s of the profile "%s"'):format(setting, facts.profile) or facts.from or "the credential"
end

--- How another setting is called in the same place: "LOFTY_API_KEY", or "api_key of the profile".
local function beside(facts, setting)
  if (facts.from or ""):find(" of the profile$") then return setting .. " of the profile" end
  return "LOFTY_" .. setting:upper()
end

local function login(facts)
  return "loftyrun auth login --profile " .. facts.profile
end

local function day(ms)
  return os.date("!%Y-%m-%d %H:%M UTC", ms // 1000)
end

--- When a signed key or token says that it ends.
local function ending(facts)
  if not facts.ends_at then return "" end
  local past = facts.ends_at <= require("native.clock").now()
  return (past and " (it ended on %s)" or " (it says that it ends on %s)"):format(day(facts.ends_at))
end

--- HTTP 401, by kind.
local REFUSED = {
  api_key = function(facts)
    local shape = facts.signed and "" or " Lofty's keys begin with eyJ, and this one does not: copy it again, whole."
    return ("The key in %s is wrong, expired or revoked%s: %s.%s"):format(place(facts), ending(facts), NEW_KEY, shape)
  end,
  access_token = function(facts)
    return ("The token in %s has ended or was revoked%s: put a new one there, or have loftyrun get and renew tokens: give "
      .. "a profile client_id, then run: %s"):format(place(facts), ending(facts), login(facts))
  end,
  client_credentials = function(facts)
    return ("Lofty gave a token at %s and refuses it at %s: look whether both are the same Lofty, and whether %s is still "
      .. "active."):format(facts.endpoint or "?", facts.base_url, beside(facts, "customer_key"))
  end,
  login = function(facts)
    return "Lofty refuses the token of this login, a renewed one too; run: " .. login(facts)
  end,
}

--- 200058, nobody belongs to the token.
local NOBODY = {
  api_key = function(facts)
    return ("The user that the key in %s belongs to is gone from Lofty: log in there as somebody who is not, and %s. If it "
      .. "is an OAuth access token, put it into %s instead."):format(place(facts), NEW_KEY, beside(facts, "access_token"))
  end,
  access_token = function(facts)
    return ("%s holds what is probably an API key: put it into %s instead."):format(place(facts), beside(facts, "api_key"))
  end,
  client_credentials = function(facts)
    return ("Check %s: it must be the API key of a user who is still there."):format(beside(facts, "customer_key"))
  end,
  login = function(facts) return "Whoever logged in is gone from Lofty; run: " .. login(facts) end,
}

--- The token endpoint refused.
local function no_token(facts, message)
  if message:find("invalid_client", 1, true) then
    return ("Check %s and %s against %s; a secret that was made anew there replaces the old one."):format(
      beside(facts, "client_id"), beside(facts, "client_secret"), PORTAL)
  elseif message:find("unauthorized_client", 1, true) or message:find("unsupported_grant_type", 1, true) then
    return ("Allow this kind of grant for the application in %s."):format(PORTAL)
  elseif facts.kind == "login" then
    return "The login has ended or was revoked; run: " .. login(facts)
  end
  return ("Check %s: it must be an active API key of the user the calls are for; if it is expired or revoked, %s."):format(
    beside(facts, "customer_key"), NEW_KEY)
end

--- 200100, the application was not granted this API.
local function not_granted(facts, row)
  if facts.kind == "api_key" then
    return ("An API key is of no application that %s %s could be granted to: ask Lofty why the key of this user may not "
      .. "call it, or use an application that may (loftyrun help profiles)."):format(row.method, row.path)
  end
  local again = facts.kind == "login" and "you have to authorise it again: " .. login(facts)
    or facts.kind == "access_token" and ("its users have to authorise it again, and a new token goes into %s")
      :format(place(facts))
    or "its users have to authorise it again"
  return ("Grant %s %s to the application in %s; if it is in production %s."):format(row.method, row.path, PORTAL, again)
end

--- What the token endpoint did not answer, or not usably: the call itself never left.
local LATER = "The call was not sent, for want of a token: run again later; status.lofty.com tells of outages."
local NO_TOKEN = {
  protocol = "The call was not sent, for want of a token: check LOFTY_BASE_URL, or set token_url in the profile to the "
    .. "address where Lofty gives tokens. A page in its place is usually a proxy's or of a maintenance.",
  server = LATER, timeout = LATER,
}

--- The cure for an error of a call; nil where the catalogue's does.
---@param err lofty.Error
---@param row table the operation
---@param token boolean|nil it was a token that could not be got
---@return string|nil
function M.of(err, row, token)
  if token and NO_TOKEN[err.category] then return NO_TOKEN[err.category] end
  if err.category ~= "auth" and err.code ~= 200100 and err.code ~= "STATE_UNUSABLE" then return nil end
  local facts = native.describe()
  if facts.kind == "none" then return nil end
  if err.code == "STATE_UNUSABLE" then return "Do what the message says; where tokens are kept has nothing to do with --state." end
  if err.code == 200100 then return not_granted(facts, row) end
  if err.code == 200058 then return NOBODY[facts.kind](facts) end
  if err.code == "LOGIN_NEEDED" then return "run: " .. login(facts) end
  if err.code == "TOKEN_REFUSED" then return no_token(facts, err.message) end
  -- A name that was only deduced may be about another token than the caller's, unless the status says so too.
  if err.status == 401 then return REFUSED[facts.kind](facts) end
end

return M
