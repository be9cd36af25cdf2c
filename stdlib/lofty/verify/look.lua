--- One look at what Lofty has, for a create nobody knows the end of: is its thing there? lofty.verify looks for a call's
--- own, lofty.verify.earlier for one of a run that is over.
local claims = require "lofty.verify.claims"
local client = require "lofty.client"
local clock = require "native.clock"
local lofty_error = require "lofty.error"
local parse = require("lofty.time.reading").parse
local http_date = require("native.text").http_date

local M = {}

--- What was made so shortly before the call began may be its thing after all, where Lofty's clocks disagree.
local MARGIN_MS = 60000

--- Within so many milliseconds a reply tells what time it is at Lofty.
local CLOSE_MS = 5000

--- How often a list is read that does not tell.
local READS = 3

--- How long to wait between two questions whether other calls have their answers.
local PAUSE_MS = 50

--- Milliseconds since the call began. Of an earlier run's they are below zero where the clock was set back since.
---@param call lofty.verify.Call
---@return integer
function M.elapsed(call)
  return call.monotonic and clock.monotonic() - call.monotonic or clock.now() - call.wall
end

--- When a thing was made, as against the call's begin: "since", "before", or "unsure" where it was a little before, is in
--- times to come, came later than the call can have made it if clocks were right, or cannot be told.
local function age_of(call, item)
  if call.known then return "since" end
  local made = parse(item[call.what.made])
  if not made or not call.start or not call.read then return "unsure" end
  if made < call.start - MARGIN_MS then return "before" end
  local last = call.within and call.start + call.within or call.read
  return made >= call.start and made <= math.min(last, call.read) + MARGIN_MS and "since" or "unsure"
end

--- An item's id; nil where it has none.
function M.item_id(call, item) return type(item) == "table" and math.tointeger(item[call.what.id]) or nil end

--- What an item is to the call: "found", "doubt", or nil.
local function judge(call, item)
  local what, id = call.what, M.item_id(call, item)
  if not id then return "doubt" end
  local is_anothers = claims.has(what.kind, id) or call.known and call.known[id] or call.taken and call.taken[id] or false
  if is_anothers and not what.settled then return nil end
  local likeness, age = what.alike(item, call.fields, call.wanted), age_of(call, item)
  if not likeness or age == "before" and not what.settled then return nil end
  return likeness == "same" and age == "since" and not is_anothers and "found" or "doubt"
end

--- Lofty's time in milliseconds when it answered last; nil where it does not say it, or where this machine's clock was
--- put, or has slept, between the question and now: then nobody knows which of its moments that was.
local function time_there()
  local took = clock.now() - client.asked
  local date = client.date and http_date(client.date)
  return took >= 0 and took <= CLOSE_MS and date and date * 1000 or nil
end

--- Reads the list, and on Lofty's clock when that was and when the call began: up to seven seconds too early, and never
--- too late.
function M.read_list(call)
  client.wants_date = true
  call.looks = call.looks + 1
  local items, more
  for _ = 1, READS do
    items, more = call.what.list(call.values, call.fields, call.wanted)
    call.read = time_there()
    if call.read or not client.date then break end
  end
  local elapsed = M.elapsed(call)
  local start = call.there or call.read and elapsed >= 0 and call.read - elapsed
  call.start = start and start // 1000 * 1000 or nil
  return items, more
end

--- Whether a call that was under way when the list was read is without its answer: what it shows may be its thing.
local function is_pending(call, latest)
  local elsewhere = call.others and call:others() or false
  return claims.is_pending(call.what.kind, latest) or elsewhere
end

local function wait_for_others(call, latest)
  while is_pending(call, latest) do
    local _, code, message = clock.sleep(PAUSE_MS)
    if code then error(lofty_error.new { code = code, message = message, operation = call.row.name }, 0) end
  end
end

---@class lofty.verify.Sight what one look showed
---@field item table|nil the call's thing
---@field another table|nil one that is alike in all
---@field doubt table|nil an item that may be it
---@field more string|nil why there may be things that the list does not show

--- Sorts the items of a list that was just read.
---@return lofty.verify.Sight
local function sort(call, items, more)
  local sight = { more = more }
  for _, item in ipairs(items) do
    local verdict = judge(call, item)
    if verdict == "found" and sight.item then
      sight.another = sight.another or item
    elseif verdict then
      local place = verdict == "found" and "item" or "doubt"
      sight[place] = sight[place] or item
    end
  end
  return sight
end

--- Looks once. Raises where Lofty cannot be asked.
---@return lofty.verify.Sight
function M.look(call)
  local items, more = M.read_list(call)
  local latest = claims.latest()
  is_pending(call, latest)
  local sight = sort(call, items, more)
  if not sight.item and not sight.doubt then return sight end
  wait_for_others(call, latest)
  return sort(call, items, more)
end

--- How an item is called: "task 5".
---@param call lofty.verify.Call
---@param item table
---@return string
function M.id_of(call, item) return ("%s %s"):format(call.what.kind, M.item_id(call, item)) end

--- Why a create that was not found must not be made again; nil where it may be.
function M.obstacle(call, sight)
  local doubt = sight.doubt
  if doubt and call.what.settled then
    return ("%s has such an address or number, and was there before or has another name: if the call arrived, it was "
      .. "merged into that"):format(M.id_of(call, doubt))
  elseif doubt then
    return ("%s may be what it made, but is not certainly it"):format(M.id_of(call, doubt))
  end
  return sight.more or call.what.again and call.what.again(call.fields)
end

return M
