--- Tables of options that helpers of lofty take: their names, and the values of those that are a choice or a duration.
--- What is said is what the helper says; a test holds this list to that.
local durations = require "lofty.time.durations"
local fields = require "lofty.checks.fields"
local values = require "lofty.checks.values"
local wording = require "lofty.wording"

local M = {}

local function length(example)
  return function(value)
    local fine = type(value) == "number" and value >= 0 and value < math.huge or durations.read(value) ~= nil
    return not fine and ("%s, got %s"):format(example, wording.describe(value)) or nil
  end
end

local AGE = length('must be "30d", "2m" or seconds')

local function concurrency(value)
  local fine = math.type(value) == "integer" and value >= 1 and value <= 1000
  return not fine and ("must be an integer between 1 and 1000, got %s"):format(wording.describe(value)) or nil
end

local function on_error(value)
  local fine = value == "stop" or value == "collect"
  return not fine and ('must be "stop" or "collect", got %s'):format(wording.describe(value)) or nil
end

---@class lofty.checks.Options by the path in lofty: at which place the table stands, its options
---@field place integer
---@field options table<string, true|fun(value: any): string|nil>

---@type table<string, lofty.checks.Options>
M.of = {
  map = { place = 3, options = { concurrency = concurrency, on_error = on_error } },
  once = { place = 3, options = { ttl = AGE, wait = AGE, show_within = AGE } },
  lock = { place = 2, options = { wait = length('must be "30s", "5m" or seconds') } },
  progress = { place = 2, options = { name = true, total = true } },
  sync = { place = 1, options = { name = true, list = true, fields = true } },
}

--- How long to wait, which is no option but an argument.
local DURATIONS = { sleep = '"5s", "250ms", "2m", "1h" or seconds', deadline = '"5s", "250ms", "2m", "1h" or seconds' }

local function check_duration(script, call, path)
  local node = call.arguments[1]
  local is, value = values.constant(script, node)
  if not is then return end
  local fine = type(value) == "number" and value >= 0 and value < math.huge or durations.read(value) ~= nil
  if fine then return end
  script:report("argument", node, ("lofty.%s: expected %s, got %s"):format(path, DURATIONS[path], wording.describe(value)))
end

local function check_member(script, caller, options, member)
  local option = options[member.key]
  if not option then
    return script:report("option", member.name, ("%s: unknown option %s%s"):format(caller,
      wording.quoted(tostring(member.key)), wording.suggestion(tostring(member.key), options)))
  end
  local is, value = values.constant(script, member.node)
  local wrong = is and value ~= nil and option ~= true and option(value)
  if wrong then script:report("option", member.node, ("%s: %s %s"):format(caller, member.key, wrong)) end
end

--- Checks a call of one of these.
---@param script lofty.checks.Script
---@param call lofty.checks.Call
function M.check(script, call)
  local path = call.target.is == "lofty" and call.target.path
  if DURATIONS[path] then return check_duration(script, call, path) end
  local known = M.of[path]
  local node = known and call.arguments[known.place]
  local found = node and fields.table_of(script, node)
  if not found then return end
  for _, member in ipairs(found.members) do check_member(script, "lofty." .. path, known.options, member) end
end

return M
