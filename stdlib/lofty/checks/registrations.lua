--- lofty.on.schedule and lofty.on.webhook: cron expressions, zones, names of events, options. Their own checks are asked
--- about each thing that is known, beside others that are right.
local fields = require "lofty.checks.fields"
local registry = require "lofty.registry"
local values = require "lofty.checks.values"
local wording = require "lofty.wording"

local M = {}

--- What an option goes with.
local BESIDE = { window = { catch_up = "one" }, retry_delay = { retries = 1 } }

--- Whether it is this machine that lacks something, and not the script.
local function is_of_machine(message)
  return message:find("this machine has no time zones", 1, true) ~= nil
end

local function ask(script, check, code, node, first, options)
  local fine, message = pcall(check, first, options)
  if fine or is_of_machine(tostring(message)) then return true end
  script:report(code, node, tostring(message))
  return false
end

--- Whether every option that is known is right by itself.
local function check_each(script, check, right, found, needed)
  local fine, all, whole = true, {}, found.whole
  for _, member in ipairs(found.members) do
    local options = {}
    for name, value in pairs(needed) do options[name] = value end
    for name, value in pairs(BESIDE[member.key] or {}) do options[name] = value end
    local value = fields.value_of(script, member.node)
    local is_known = value ~= fields.UNKNOWN
    if is_known then
      options[member.key] = value
    elseif needed[member.key] == nil then
      whole = false
      -- Its name may be wrong all the same: then it is refused whatever it is, and a right one may be refused for this.
      local probe = pcall(check, right, { [member.key] = true })
      local _, message = pcall(check, right, { [member.key] = true })
      if not probe and tostring(message):find("unknown option", 1, true) then
        script:report("option", member.name, tostring(message))
        fine = false
      end
    end
    all[member.key] = is_known and value or needed[member.key]
    local is_unknown = is_known and value ~= nil and not ask(script, check, "option", member.name, right, options)
    fine = fine and not is_unknown
  end
  return fine, all, whole and #found.items == 0
end

local function check_options(script, call, check, right, needed)
  local node = call.arguments[2]
  if not node then
    if not call.open then ask(script, check, "argument", call.node, right, nil) end
    return
  end
  local found = fields.table_of(script, node)
  if not found then
    local value = fields.value_of(script, node)
    if value ~= fields.UNKNOWN and type(value) ~= "table" then ask(script, check, "argument", node, right, value) end
    return
  end
  local fine, all, whole = check_each(script, check, right, found, needed)
  if fine and whole and not (found.set and next(found.set)) then ask(script, check, "option", found.node, right, all) end
end

local function check_function(script, call, caller, example)
  local node = call.arguments[3]
  local value = node and values.of(script, node)
  local is_missing = not node and not call.open
  if is_missing or value and value.is == "constant" then
    local given = value and value.value
    script:report("argument", node or call.node, ("%s: the third argument must be the function to call, got %s; write %s")
      :format(caller, wording.describe(given), example))
  end
end

local KINDS = {
  ["on.schedule"] = {
    check = function() return registry.check_schedule end, code = "cron", right = "0 0 * * *", needed = { name = "name" },
    example = 'lofty.on.schedule("30 6 * * *", { name = "brief" }, function(job) ... end)',
  },
  ["on.webhook"] = {
    check = function() return require("lofty.inbox.handler").check end, code = "event", right = "*", needed = {},
    example = 'lofty.on.webhook("lead.updated", {}, function(event) ... end)',
  },
}

--- Checks a call of one of these.
---@param script lofty.checks.Script
---@param call lofty.checks.Call
function M.check(script, call)
  local kind = call.target.is == "lofty" and KINDS[call.target.path]
  if not kind then return end
  require "lofty.on"
  local check = kind.check()
  local first = call.arguments[1]
  local value = first and fields.value_of(script, first)
  if first and value ~= fields.UNKNOWN then ask(script, check, kind.code, first, value, kind.needed) end
  if not first and not call.open then return ask(script, check, "argument", call.node, nil, kind.needed) end
  check_options(script, call, check, kind.right, kind.needed)
  check_function(script, call, "lofty." .. call.target.path, kind.example)
end

return M
