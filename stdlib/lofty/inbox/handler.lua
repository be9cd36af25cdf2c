--- lofty.on.webhook: what a handler of webhooks is registered with.
local durations = require "lofty.time.durations"
local lists = require "lofty.inbox.lists"
local misuse = require "lofty.misuse"
local registry = require "lofty.registry"
local wording = require "lofty.wording"

local M = {}

local CALLER = "lofty.on.webhook"
local EXAMPLE = 'lofty.on.webhook("lead.updated", {}, function(event) ... end)'
local SECOND, DAY = 1000, 24 * 60 * 60 * 1000
local VERBS = { "created", "updated", "deleted", "finished" }
local DEFAULTS = { concurrency = 4, coalesce = false, timeout = 60 * SECOND, retries = 9 }
local COUNTS = { concurrency = { 1, 100 }, retries = { 0, 9 } }
local ALL = { name = true }
for key in pairs(DEFAULTS) do ALL[key] = true end

local function fail(message, ...)
  misuse((CALLER .. ": " .. message):format(...))
end

--- "lead" and the like; and all names that Lofty's lists are known to have.
local kinds, names = {}, {}
for _, list in ipairs(lists) do
  kinds[list.kind] = true
  names[list.kind .. ".*"] = true
  for _, verb in ipairs(VERBS) do names[list.kind .. "." .. verb] = true end
end

--- A verb that is none of the four may come: the name of Lofty's array has it.
local function check_pattern(pattern)
  if type(pattern) ~= "string" then
    fail("the first argument must be an event's name, got %s; write %s", wording.describe(pattern), EXAMPLE)
  end
  if pattern == "*" or names[pattern] then return pattern end
  local kind, verb = pattern:match("^(%l+)%.(%l+)$")
  local is_strange = kinds[kind] and #pattern <= 64 and verb:sub(-2) == "ed"
  if is_strange and not wording.suggestion(pattern, names):find("did you mean", 1, true) then return pattern end
  local near = wording.suggestion(pattern, names)
  if near == "" then near = '; names are "lead.updated", "lead.*" or "*" (loftyrun help inbox)' end
  return fail("there is no event %s%s", wording.quoted(pattern), near)
end

local function check_name(name)
  local is_name = type(name) == "string" and #name <= 64 and name:find("^%w[%w._-]*$")
  if is_name then return name end
  return fail("a name is 1 to 64 letters, digits, - _ and . and begins with a letter or digit, got %s",
    wording.describe(name))
end

local function check_count(key, value)
  local least, most = table.unpack(COUNTS[key])
  if math.type(value) == "integer" and value >= least and value <= most then return value end
  return fail("%s must be a whole number from %d to %d, got %s", key, least, most, wording.describe(value))
end

local function check_timeout(value)
  local length = durations.read(value)
  if type(value) == "number" and value == value and value > 0 and value < math.huge then
    length = math.floor(value * 1000 + 0.5)
  end
  if not length then fail('timeout must be "30s", "5m" or seconds, got %s', wording.describe(value)) end
  if length < SECOND or length > DAY then
    fail("timeout must be from 1 second to 1 day, got %s", wording.describe(value))
  end
  return length
end

local function check_option(key, value)
  if COUNTS[key] then return check_count(key, value) end
  if key == "timeout" then return check_timeout(value) end
  if type(value) ~= "boolean" then fail("coalesce must be true or false, got %s", wording.describe(value)) end
  return value
end

--- See lofty.on.webhook.
---@param pattern string
---@param options lofty.WebhookOptions
---@param f fun(event: lofty.Event)
function M.register(pattern, options, f)
  registry.check(CALLER)
  check_pattern(pattern)
  if type(options) ~= "table" then
    fail("the second argument must be a table of options, got %s; write %s", wording.describe(options), EXAMPLE)
  end
  for _, key in ipairs(wording.sorted_keys(options)) do
    if not ALL[key] then
      fail("unknown option %s%s", wording.quoted(tostring(key)), wording.suggestion(tostring(key), ALL))
    end
  end
  local registration = { pattern = pattern }
  for key, default in pairs(DEFAULTS) do
    local value = options[key]
    if value == nil then value = default else value = check_option(key, value) end
    registration[key] = value
  end
  registration.coalesce = registration.coalesce and 1 or 0
  local name = options.name == nil and pattern or check_name(options.name)
  if type(f) ~= "function" then
    fail("the third argument must be the function to call, got %s; write %s", wording.describe(f), EXAMPLE)
  end
  registry.add(CALLER, "webhook", name, registration, f)
end

return M
