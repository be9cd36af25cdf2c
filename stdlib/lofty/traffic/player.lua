--- --replay: answers from a cassette. A call is found by method, target and body, after what is personal in it has been
--- taken out; the same call asked again gets the next of its recordings. What was never recorded ends the run.
---
--- The replies carry stand-ins, so a script that goes by them sends stand-ins too. What it brings along itself - an
--- e-mail address on its command line, a text it puts together - is none: it counts as the stand-in that was recorded in
--- its place, the same one everywhere, and later replies carry what the script knows.
local cassette = require "lofty.traffic.cassette"
local clock = require "native.clock"
local exchange = require "lofty.traffic.exchange"
local json = require "native.json"
local log = require "native.log"
local personal = require "lofty.traffic.personal"
local traffic = require "native.traffic"

local M = {}

--- What nobody waited for takes longer than anybody waits.
local ABANDONED_MS = 60 * 60 * 1000

--- A call that was cut short then is cut short now, when its time comes: not before whatever cut it.
local CUT = { CANCELLED = true, DEADLINE_EXCEEDED = true }

local LARGE = 16 * 1024

---@class lofty.traffic.Player
---@field file string
---@field calls table[] recordings, in order
---@field started integer
---@field seed integer
---@field private index table<string, table[]>
---@field private known table<string, boolean>|nil stand-ins in the cassette, once somebody wants to know
---@field private stands_for table<string, string> what a script brought along, and the stand-in it counts as
---@field private brought table<string, { key: string, raw: string }> the other way round
local methods = {}
local metatable = { __index = methods }

--- What a request is found by, and what is personal in it, in order.
local function view(request)
  local values = {}
  local mapped = exchange.map_request(request, function(class, key, raw)
    if class ~= "secret" or key ~= "[secret]" then values[#values + 1] = { class .. ":" .. key, raw } end
    return "<" .. class .. ">"
  end)
  return table.concat({ mapped.method, mapped.target, exchange.body_text(mapped.body) or "" }, "\n"), values
end

local function plain_request(recorded)
  return { method = recorded.method, target = recorded.target, body = exchange.body_text(recorded) }
end

---@param text string of the file
---@param file string its name
---@return lofty.traffic.Player|nil
---@return string|nil why there is none
function M.new(text, file)
  local tape, wrong = cassette.read(text)
  if not tape then return nil, ("cannot replay %s: %s"):format(file, wrong) end
  local player = setmetatable({ file = file, calls = tape.calls, finish_mark = tape.finish, started = tape.head.started,
    seed = tape.head.seed, index = {}, stands_for = {}, brought = {} }, metatable)
  for number, call in ipairs(tape.calls) do
    local found_by, values = view(plain_request(call.request))
    call.number, call.values, call.found_by = number, values, found_by
    local list = player.index[found_by] or { first = 1 }
    list[#list + 1], player.index[found_by] = call, list
  end
  player:turn_to(1)
  return player
end

--- From here on the clock says what it said before recording `number`.
function methods:turn_to(number)
  local entry = self.calls[number] or self.finish_mark
  self.reads, self.read = entry and entry.clock or {}, 0
end

--- What the clock says: what it said then, and once that is used up, as much more as has passed since.
---@param real integer epoch ms
---@return integer
function methods:now(real)
  self.read = self.read + 1
  local offset = self.reads[self.read]
  if offset then
    self.said, self.said_at = self.started + offset, real
    return self.said
  end
  if not self.said then self.said, self.said_at = self.started, real end
  return self.said + math.max(real - self.said_at, 0)
end

--- Whether something is a stand-in, in whatever place, and so nothing that the script has brought along.
function methods:is_stand_in(key)
  if not self.known then
    local known = {}
    for _, call in ipairs(self.calls) do
      for _, value in ipairs(call.values) do known[value[1]] = true end
      local reply = cassette.whole(call).reply
      if reply then
        exchange.map_parts(reply, function(class, name, raw)
          known[class .. ":" .. name] = true
          return raw
        end, false)
      end
    end
    self.known = known
  end
  return self.known[key]
end

--- Whether what is personal in a request may be what was recorded; if so, what it brings along is remembered.
function methods:agree(values, recorded)
  local new = {}
  if #values ~= #recorded then return false end
  for index, value in ipairs(values) do
    local key, stand_in = value[1], recorded[index][1]
    local counts_as, brought = self.stands_for[key] or new[key], self.brought[stand_in]
    if counts_as then
      if counts_as ~= stand_in then return false end
    elseif key ~= stand_in then
      if brought and brought.key ~= key or self:is_stand_in(key) then return false end
      new[key] = stand_in
    end
  end
  for index, value in ipairs(values) do
    local stand_in = new[value[1]]
    if stand_in then
      self.stands_for[value[1]] = stand_in
      self.brought[recorded[index][1]] = { key = value[1], raw = value[2] }
    end
  end
  return true
end

function methods:find(request)
  local found_by, values = view(request)
  local list = self.index[found_by]
  for index = list and list.first or 1, list and #list or 0 do
    local call = list[index]
    if not call.used and self:agree(values, call.values) then
      call.used = true
      while list[list.first] and list[list.first].used do list.first = list.first + 1 end
      return call
    end
  end
  return nil, found_by
end

local function common_start(a, b)
  local length = 0
  while length < #a and a:byte(length + 1) == b:byte(length + 1) do length = length + 1 end
  return length
end

--- The recording that is most like a request: an unused one, if two are alike.
local function nearest(player, found_by)
  local best, best_score
  for _, call in ipairs(player.calls) do
    local score = common_start(call.found_by, found_by) * 2 + (call.used and 0 or 1)
    if not best or score > best_score then best, best_score = call, score end
  end
  return best
end

local function summary(request)
  return exchange.summary(exchange.map_request(request, personal.secrets_only()))
end

--- One sentence: what was asked, and what was recorded instead.
local function complaint(player, request, found_by)
  local asked, same = summary(request), 0
  for _, call in ipairs(player.calls) do
    if call.found_by == found_by and call.used then same = same + 1 end
  end
  local text = ("%s was not recorded in %s"):format(asked, player.file)
  if same > 0 then
    text = ("%s was recorded %s in %s and is asked for once more"):format(asked,
      same == 1 and "once" or same .. " times", player.file)
  end
  local near = same == 0 and nearest(player, found_by)
  if near then
    text = ("%s; nearest is recording %d%s, %s"):format(text, near.number, near.used and " (used already)" or "",
      summary(plain_request(near.request)))
  elseif #player.calls == 0 then
    text = text .. ", which holds no calls"
  end
  if not player.finish_mark then text = text .. "; the recorded run did not come to its end" end
  return text
end

--- The reply as the script would have got it: what it brought along stands where its stand-in was recorded.
local function restored(player, reply, size)
  local body = reply
  if next(player.brought) then
    body = exchange.map_parts(reply, function(class, key, raw)
      local brought = player.brought[class .. ":" .. key]
      return brought and brought.raw or raw
    end, false)
  end
  local headers = {}
  for name, value in pairs(reply.headers or {}) do headers[name] = value end
  -- Members in order cost more, and show only where an error quotes the body.
  local text = body.json ~= nil and size > LARGE and json.encode(body.json) or exchange.body_text(body) or ""
  return { status = reply.status, headers = headers, body = text, elapsed = 0 }
end

--- A function that takes the place of native.http's.
---@return function
function methods:answering()
  return function(request)
    local call, found_by = self:find(request)
    if not call then traffic.stop("script", complaint(self, request, found_by)) end
    local whole = cassette.whole(call)
    local waits = call.abandoned or whole.failure and CUT[whole.failure.code]
    -- Others get their turn, as they do while a reply is awaited.
    clock.sleep(waits and ABANDONED_MS or 0)
    self:turn_to(call.number + 1)
    if whole.reply then return restored(self, whole.reply, #call.text) end
    local failure = whole.failure or { code = "TIMEOUT", message = "nobody waited for the reply", sent = true }
    return nil, failure.code, failure.message, { sent = failure.sent, elapsed = 0 }
  end
end

--- Says which recordings nobody asked for.
function methods:finish()
  local unused, first = 0, nil
  for _, call in ipairs(self.calls) do
    if not call.used and not call.abandoned then unused, first = unused + 1, first or call end
  end
  if unused == 0 then return end
  log.write("warn", ("%d of the %d recorded calls were not asked for"):format(unused, #self.calls),
    { file = self.file, first = summary(plain_request(first.request)), recording = first.number })
end

return M
