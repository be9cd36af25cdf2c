--- What stands between the calls and the network when a run is traced, recorded or replayed. The host lets it begin
--- before the script is loaded; a run without --trace, --record and --replay never loads it. It changes the native
--- modules' tables, so that whoever makes a call or asks for the time goes through here, the script's own code included.
require "lofty.credential"
local clock = require "native.clock"
local http = require "native.http"
local traffic = require "native.traffic"

local M = {}

local ends = {} ---@type (fun(): boolean|nil, string|nil, string|nil)[]
local cuts = {} ---@type (fun(): boolean|nil, string|nil, string|nil)[]

--- os.time() and os.date() without a time, by the same clock as lofty.now().
-- luacheck: push ignore 122
local function replace_clock(now)
  local os_time, os_date = os.time, os.date
  clock.now = now
  os.time = function(fields, ...)
    if fields ~= nil then return os_time(fields, ...) end
    return now() // 1000
  end
  os.date = function(format, at, ...)
    return os_date(format or "%c", at or now() // 1000, ...)
  end
end
-- luacheck: pop

--- What the script will take for chance, so that a replay has the same.
local function random_seed()
  local seed = math.random(0)
  math.randomseed(seed)
  return seed
end

local function record()
  local real_now = clock.now
  local recorder, code, message = require("lofty.traffic.recorder").new {
    program = "loftyrun", started = real_now(), seed = random_seed() }
  if not recorder then return nil, code, message end
  replace_clock(function()
    local now = real_now()
    recorder:saw(now)
    return now
  end)
  http.call = recorder:around(http.call)
  ends[#ends + 1] = function() return recorder:finish() end
  cuts[#cuts + 1] = function() return recorder:abandon() end
  return true
end

local function replay(file)
  local real_now = clock.now
  local player, message = require("lofty.traffic.player").new(traffic.recorded(), file)
  if not player then return nil, "CASSETTE_UNUSABLE", message end
  if player.seed then math.randomseed(player.seed) end
  replace_clock(function() return player:now(real_now()) end)
  http.call = player:answering()
  ends[#ends + 1] = function()
    player:finish()
    return true
  end
  return true
end

local function trace(settings)
  local call, monotonic = http.call, clock.monotonic
  local curl = require "lofty.traffic.curl"
  http.call = function(request)
    traffic.print(curl.command(request, settings))
    local before = monotonic()
    local response, code, message, info = call(request)
    traffic.print(curl.outcome(request, response, code, message, info, math.floor(monotonic() - before)))
    return response, code, message, info
  end
end

--- Called by the host before the script is loaded.
---@return boolean|nil
---@return string|nil code
---@return string|nil message
function M.begin()
  local settings = traffic.settings()
  if settings.record then
    local ok, code, message = record()
    if not ok then return nil, code, message end
  elseif settings.replay then
    local ok, code, message = replay(settings.replay)
    if not ok then return nil, code, message end
  end
  if settings.trace then trace(settings) end
  return true
end

local function each_of(functions)
  for _, f in ipairs(functions) do
    local ok, code, message = f()
    if not ok then return nil, code, message end
  end
  return true
end

--- Called by the host after the script.
---@return boolean|nil
---@return string|nil code
---@return string|nil message
function M.finish()
  return each_of(ends)
end

--- Called by the host instead where the run was ended from outside.
---@return boolean|nil
---@return string|nil code
---@return string|nil message
function M.cut()
  return each_of(cuts)
end

return M
