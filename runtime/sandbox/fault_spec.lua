--- Reads what --faults says: "429:5%,500:2%@POST,cut:1%,latency:50ms..2s,seed:7".

local kinds = require "sandbox.fault_kinds"
local scope = require "sandbox.scope"

local M = {}

local UNITS = { ms = 1, s = 1000, m = 60000 }

-- As in Lofty's documented example of a 429.
M.WAIT_MS = 21000

local LONGEST_MS = 3600000

--- Raises a message, which `parse` returns.
local function wrong(...)
  error({ message = string.format(...) }, 0)
end

--- Reads "250ms", "2s" or "1.5m".
---@param text string
---@return integer|nil ms
function M.duration(text)
  local number, unit = text:match("^(%d+%.?%d*)(%a+)$")
  local ms = number and UNITS[unit] and tonumber(number) * UNITS[unit]
  return ms and ms <= LONGEST_MS and math.floor(ms + 0.5) or nil
end

local function duration_of(item, text)
  return M.duration(text)
    or wrong('"%s": "%s" is no time; write 50ms, 2s or 1m, up to 60m', item, text)
end

local function rate_of(item, text)
  local number = tonumber(text:match("^(%d*%.?%d+)%%$"))
  if not number or number <= 0 or number > 100 then
    wrong('"%s": "%s" is no rate; write a percentage above 0%% and up to 100%%, such as 2.5%%', item, text)
  end
  return number / 100
end

local function latency_of(item, text)
  local times, rate = text:match("^([^:]+):(.+)$")
  times = times or text
  local least, most = times:match("^(.-)%.%.(.+)$")
  least = duration_of(item, least or times)
  most = most and duration_of(item, most) or least
  if least > most then
    wrong('"%s": the shorter time comes first', item)
  end
  return { least = least, most = most, rate = rate and rate_of(item, rate) or 1 }
end

local settings = {}

function settings.seed(spec, item, text)
  spec.seed = text:find("^%d+$") and math.tointeger(tonumber(text))
  if not spec.seed then
    wrong('"%s": a seed is a whole number', item)
  end
end

function settings.wait(spec, item, text)
  spec.wait_ms = duration_of(item, text)
end

local hooks = require "sandbox.webhook_posts"

local CHOICES = { "latency", "seed", "wait", table.unpack(kinds.names) }
table.move(hooks.NAMES, 1, #hooks.NAMES, #CHOICES + 1, CHOICES)

local function read_item(spec, item)
  local name, value = item:match("^([^:]*):(.+)$")
  if not name then
    wrong('"%s" has no value; write NAME:RATE%%, such as 500:2%%', item)
  elseif settings[name] then
    return settings[name](spec, item, value)
  elseif hooks.FAULTS[name] then
    spec.webhooks[name] = rate_of(item, value)
    return
  elseif name ~= "latency" and not kinds.all[name] then
    wrong('"%s" is no fault: %s', name, scope.meant(name, CHOICES))
  end
  local amount, where = value:match("^([^@]*)@(.+)$")
  amount = amount or value
  local rule = name == "latency" and latency_of(item, amount) or { fault = name, rate = rate_of(item, amount) }
  rule.scope_text = where or ""
  local problem
  rule.scope, problem = scope.parse(where or "/")
  if not rule.scope then
    wrong("%s", problem)
  end
  local list = name == "latency" and spec.latencies or spec.rules
  list[#list + 1] = rule
end

-- The rates of each scope together.
local function sums_of(rules)
  local sums = {}
  for _, rule in ipairs(rules) do
    sums[rule.scope_text] = (sums[rule.scope_text] or 0) + rule.rate
  end
  return sums
end

-- Of the rules that are added up, at most one can come true.
local function check_sums(rules, what, everywhere)
  local most = 0
  for text, sum in pairs(sums_of(rules)) do
    most = math.max(most, sum + (text ~= "" and everywhere or 0))
  end
  if most > 1 + 1e-9 then
    wrong("the rates of %s add up to %g%%, more than 100%%", what, most * 100)
  end
end

-- A latency for everything is for what has none of its own.
local function narrow_first(rules)
  local ordered = {}
  for _, is_narrow in ipairs { true, false } do
    for _, rule in ipairs(rules) do
      if (rule.scope_text ~= "") == is_narrow then
        ordered[#ordered + 1] = rule
      end
    end
  end
  return ordered
end

---@class sandbox.FaultSpec
---@field rules { fault: string, rate: number, scope: table, scope_text: string }[] in the order written
---@field latencies { least: integer, most: integer, rate: number, scope: table, scope_text: string }[] ms; those for
---  everything last
---@field webhooks table<string, number> rates of the faults of deliveries
---@field seed integer|nil
---@field wait_ms integer how long a 429 says to wait

--- Reads a list of faults, NAME:RATE%[@WHERE], latency:MIN..MAX[:RATE%][@WHERE], seed:NUMBER and wait:TIME.
---@param text string
---@return sandbox.FaultSpec|nil spec
---@return string|nil message one sentence
function M.parse(text)
  local spec = { rules = {}, latencies = {}, webhooks = {}, wait_ms = M.WAIT_MS }
  local fine, problem = pcall(function()
    for item in (text .. ","):gmatch("([^,]*),") do
      item = item:match("^%s*(.-)%s*$")
      if item == "" then
        wrong('there is nothing between two commas of "%s"; write NAME:RATE%%, such as 500:2%%', text)
      end
      read_item(spec, item)
    end
    check_sums(spec.rules, "all faults", sums_of(spec.rules)[""])
    check_sums(spec.latencies, "all latencies")
    spec.latencies = narrow_first(spec.latencies)
  end)
  if fine then
    return spec
  elseif type(problem) ~= "table" then
    error(problem, 0)
  end
  return nil, "--faults: " .. problem.message
end

return M
