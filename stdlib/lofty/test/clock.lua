--- The clock of a test. Until it is set it is the true one. Then it stands still, for the script, for lofty.time and for
--- the sandbox; a sleep moves it on and is over at once, of several the one that ends first.
local misuse = require "lofty.misuse"
local native = require "native.test"
local real = require "native.clock"
local task = require "native.task"
local wording = require "lofty.wording"

local M = {}

local now, monotonic, sleep = real.now, real.monotonic, real.sleep
local os_time, os_date = os.time, os.date

local put ---@type integer|nil ms since 1970
local base = 0 -- what the monotonic clock has gone beyond the true one
local sleepers = {} ---@type table<table, integer> when each ends

local function move(ms)
  if ms > put then base = base + ms - put end
  put = ms
  native.clock(ms, base)
end

local function is_first(own, due)
  for other, at in pairs(sleepers) do
    if other ~= own and at < due then return false end
  end
  return true
end

--- Whether it was cancelled while its turn had come already, which would let it go on for an hour that did not pass.
local function is_cancelled()
  local handle = task.current()
  return handle and task.is_cancelled(handle)
end

--- Others get their turns before the clock moves, so that what they do happens before.
local function sleep_put(ms)
  local own, due = {}, put + ms
  sleepers[own] = due
  while true do
    local ok, code, message = sleep(1)
    if not code and is_cancelled() then ok, code, message = sleep(0) end -- which is refused
    if code or not put then
      sleepers[own] = nil
      return ok, code, message
    end
    if is_first(own, due) then break end
  end
  sleepers[own] = nil
  if due > put then move(due) end
  return true
end

--- Puts itself in the place of all that tells the time.
-- luacheck: push ignore 122
function M.install()
  real.monotonic = function() return monotonic() + base end
  real.sleep = function(ms)
    if put and math.type(ms) == "integer" and ms >= 0 then return sleep_put(ms) end
    return sleep(ms)
  end
  os.time = function(fields, ...)
    if fields ~= nil then return os_time(fields, ...) end
    return now() // 1000
  end
  os.date = function(format, at, ...) return os_date(format or "%c", at or now() // 1000, ...) end
end
-- luacheck: pop

--- Milliseconds since 1970 of an instant, which says its offset: "2026-03-09T08:00-07:00".
---@param instant string|integer
---@param what string
---@return integer
function M.read(instant, what)
  if math.type(instant) == "integer" then return instant end
  local ms, why
  if type(instant) == "string" then
    -- Seconds may be left out, as on the command line.
    local full = instant:gsub("^(%d+%-%d+%-%d+T%d%d:%d%d)([+Z-])", "%1:00%2")
    ms, why = require("lofty.time").parse(full)
  end
  return ms or misuse(('%s: expected an instant such as "2026-03-09T08:00-07:00", got %s%s'):format(what,
    wording.describe(instant), why and " (" .. why .. ")" or ""))
end

--- Puts the clock; it stands there.
---@param instant string|integer "2026-03-09T08:00-07:00", or milliseconds since 1970
function M.set(instant)
  local ms = M.read(instant, "clock.set")
  put = put or ms
  move(ms)
end

--- Moves the clock on. One that was not set yet stands from then on.
---@param duration string|number "2h", "1h30m", or seconds
function M.advance(duration)
  local ms = type(duration) == "number" and math.floor(duration * 1000 + 0.5)
    or require("lofty.time.durations").read(duration)
  if not ms or ms < 0 then
    misuse(('clock.advance: expected "2h" or seconds, got %s'):format(wording.describe(duration)))
  end
  put = put or now()
  move(put + ms)
end

--- The time, in milliseconds since 1970.
---@return integer
function M.now() return now() end

--- What a reply says of the time it was sent at, where the clock was put: Lofty's clock is that of the test.
---@return string|nil date as RFC 9110 has it
function M.date() return put and os_date("!%a, %d %b %Y %H:%M:%S GMT", put // 1000) or nil end

--- The true clock again.
function M.reset()
  put = nil
  native.clock(nil, base)
end

return M
