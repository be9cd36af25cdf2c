--- --record: makes the calls and keeps what was asked and answered, with stand-ins for what is personal or secret.
--- Each call is written as soon as its reply is there; what cannot be written ends the run.
local cassette = require "lofty.traffic.cassette"
local exchange = require "lofty.traffic.exchange"
local invent = require "lofty.traffic.invent"
local run = require "native.run"
local traffic = require "native.traffic"

local M = {}

--- The header fields that something reads; no other is kept, for cookies and more are among them.
local HEADERS = { "content-type", "date", "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining",
  "x-ratelimit-reset", "x-request-id" }

--- A script that asks for the time without end asks about the same thing.
local MOST_CLOCK_READS = 1000

---@class lofty.traffic.Recorder
---@field visit lofty.traffic.Visitor
---@field started integer
---@field clock integer[] what the clock said since the last recording, in ms since the start
---@field calls integer
---@field ended boolean
---@field begun integer how many calls have begun
---@field under_way table<integer, table> requests without a recording yet, by when they began
local methods = {}
local metatable = { __index = methods }

---@param head { program: string, started: integer, seed: integer }
---@return lofty.traffic.Recorder|nil
---@return string|nil code
---@return string|nil message
function M.new(head)
  local recorder = setmetatable({ visit = invent.visitor(), started = head.started, clock = {}, calls = 0,
    ended = false, begun = 0, under_way = {} }, metatable)
  local ok, code, message = traffic.write(cassette.write {
    cassette = cassette.VERSION, program = head.program, started = head.started, seed = head.seed })
  if not ok then return nil, code, message end
  return recorder
end

--- Notes what the clock said.
---@param now integer epoch ms
function methods:saw(now)
  if #self.clock < MOST_CLOCK_READS then self.clock[#self.clock + 1] = now - self.started end
end

local function write(recorder, entry)
  if #recorder.clock > 0 then entry.clock, recorder.clock = recorder.clock, {} end
  return traffic.write(cassette.write(entry))
end

local function flat(body, into)
  into.json, into.text, into.hex = body.json, body.text, body.hex
  return into
end

local function reply_of(recorder, response)
  local given, headers = response.headers, nil
  for _, name in ipairs(HEADERS) do
    local value = given[name]
    if value then
      headers = headers or {}
      headers[name] = run.redact(value)
    end
  end
  return flat(exchange.map_body(response.body, recorder.visit, false), { status = response.status, headers = headers })
end

local function request_of(recorder, request)
  local mapped = exchange.map_request(request, recorder.visit)
  return flat(mapped.body, { method = mapped.method, target = mapped.target })
end

--- Keeps one call. The request comes before the reply, so that stand-ins are numbered as one reads them.
local function keep(recorder, request, response, code, message, info)
  if recorder.ended then return end
  local entry = { request = request_of(recorder, request) }
  if response then
    entry.reply = reply_of(recorder, response)
  elseif code then
    entry.failure = { code = code, message = run.redact(message or ""), sent = not info or info.sent ~= false }
  else
    entry.abandoned = true
  end
  local ok, _, why = write(recorder, entry)
  recorder.calls = recorder.calls + 1
  if not ok then
    recorder.ended = true
    traffic.stop("temporary", ("%s; the last call, %s %s, is not in it: %s"):format(why, request.method,
      request.target:match("^[^?]*"), response and "HTTP " .. response.status or code or "nobody waited for its reply"))
  end
end

--- A function that takes the place of native.http's.
---@param call function
---@return function
function methods:around(call)
  return function(request)
    local answered, number = false, self.begun + 1
    self.begun, self.under_way[number] = number, request
    -- Where the call raises an error of its own, nothing has become of it. Where the run is ended no line of this runs
    -- any more, so that what is under way stays among those.
    local guard <close> = setmetatable({}, { -- luacheck: ignore 211
      __close = function(_, err)
        if not answered and type(err) ~= "string" then keep(self, request) end
        self.under_way[number] = nil
      end,
    })
    local response, code, message, info = call(request)
    answered = true
    keep(self, request, response, code, message, info)
    return response, code, message, info
  end
end

--- Keeps the calls whose reply nobody will wait for: the run has ended.
---@return boolean|nil
---@return string|nil code
---@return string|nil message
function methods:abandon()
  if self.ended then return true end
  local numbers = {}
  for number in pairs(self.under_way) do numbers[#numbers + 1] = number end
  table.sort(numbers)
  for _, number in ipairs(numbers) do
    local ok, code, message = write(self, { request = request_of(self, self.under_way[number]), abandoned = true })
    if not ok then return nil, code, message end
    self.under_way[number], self.calls = nil, self.calls + 1
  end
  return true
end

--- Says that the run came to its end.
---@return boolean|nil
---@return string|nil code
---@return string|nil message
function methods:finish()
  if self.ended then return true end
  local ok, code, message = self:abandon()
  self.ended = true
  if not ok then return nil, code, message end
  return write(self, { ["end"] = { calls = self.calls } })
end

return M
