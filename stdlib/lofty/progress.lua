--- How far a long list is: on a terminal a line with a bar, below what the script prints, otherwise a line of the log each
--- minute.
---
---   leads.each: 12,300 of 41,200, 490/min, about 59 min left
---
--- Of lists inside each other it is the outermost one. lofty.estimate tells what is to come once the first items are
--- done; it and the loops of lofty.each and lofty.map call this. The rate is that of the whole list so far.
local clock = require "native.clock"
local log = require "native.log"
local misuse = require "lofty.misuse"
local native = require "native.progress"
local option_tables = require "lofty.options"
local wording = require "lofty.wording"

local M = {}

local MINUTE_MS = 60000
local FIRST_MS = 1000 -- what is done by then needs no bar
local LOOK_MS = 100
local LEFT_MS = 600000 -- a list that nothing was heard of for so long is taken for a loop that was left
local MOST_UNSEEN = 100 -- items between two looks
local LEAST_BAR, MOST_BAR = 10, 30

---@class lofty.Progress what one list tells
---@field name string
---@field order integer lists that were begun later may be inside it
---@field began integer monotonic milliseconds
---@field seen integer|nil when it was looked at last
---@field logged integer|nil when a line was written last
---@field ended boolean|nil

---@class lofty.ProgressOptions
---@field name string|nil what is told of, such as "import"
---@field total integer|nil how many items there are, where an iterator does not say

--- The one that is told of. It may be a loop that was left: nothing else knows it then.
local leader = setmetatable({}, { __mode = "v" }) ---@type { list: lofty.Progress|nil }

--- With commas at the thousands.
---@param number number
---@return string
function M.digits(number)
  local text = ("%.0f"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

--- Three digits are as many as an estimate has.
---@param number number
---@return number
function M.rounded(number)
  local step = 1
  while number / step >= 1000 do step = step * 10 end
  return math.floor(number / step + 0.5) * step
end

---@param ms number
---@return string such as "59 min"
function M.duration(ms)
  local minutes = ms / MINUTE_MS
  if minutes < 2 then return ("%.0f s"):format(ms / 1000) end
  if minutes < 120 then return ("%.0f min"):format(minutes) end
  if minutes < 48 * 60 then return ("%.1f h"):format(minutes / 60) end
  return ("%.1f days"):format(minutes / 60 / 24)
end

--- Count, rate and time left, in words.
local function sentence(list, done, total, passed)
  local per_minute = done / passed * MINUTE_MS
  local rate = per_minute >= 1 and M.digits(M.rounded(per_minute)) .. "/min"
    or M.digits(M.rounded(per_minute * 60)) .. "/h"
  if not total then return ("%s: %s so far, %s"):format(list.name, M.digits(done), rate) end
  local left = M.duration(math.max(total - done, 0) / done * passed)
  return ("%s: %s of %s, %s, about %s left"):format(list.name, M.digits(done), M.digits(total), rate, left)
end

--- The sentence with a bar before it, where there is room; cut where there is not.
local function line(text, done, total, columns)
  local width = require "lofty.shell.width"
  -- The last column is left free: terminals differ in where the cursor is behind it.
  local room = columns - 1 - width.of(text) - 3
  if total and total > 0 and room >= LEAST_BAR then
    room = math.min(room, MOST_BAR)
    local full = math.floor(math.min(done / total, 1) * room)
    text = ("[%s%s] %s"):format(("#"):rep(full), ("-"):rep(room - full), text)
  end
  return width.cut(width.tame(text), columns - 1)
end

--- Whether this list is the one that is told of.
local function leads(list, now)
  local other = leader.list
  if not other or other.ended or list.order < other.order or now - other.seen > LEFT_MS then
    leader.list, other = list, list
  end
  return other == list
end

local function tell(list, done, total, now)
  local passed = now - list.began
  local columns = native.columns()
  if columns then
    if passed >= FIRST_MS then native.set(line(sentence(list, done, total, passed), done, total, columns)) end
  elseif now - (list.logged or list.began) >= MINUTE_MS then
    list.logged = now
    log.write("info", sentence(list, done, total, passed))
  end
end

--- A list begins.
---@param list lofty.Progress
function M.begin(list)
  list.seen = list.began
  leads(list, list.began)
end

--- So many items are done. Returns after how many to call it again: about ten times a second.
---@param list lofty.Progress
---@param done number
---@param total number|nil
---@return number
function M.update(list, done, total)
  local now = clock.monotonic()
  list.seen = now
  local whole = math.floor(done)
  if whole > 0 and now > list.began and leads(list, now) then tell(list, whole, total and math.floor(total), now) end
  local unseen = now > list.began and done / (now - list.began) * LOOK_MS or 1
  return whole + math.max(1, math.min(MOST_UNSEEN, math.floor(unseen)))
end

--- The list is through.
---@param list lofty.Progress
function M.finish(list)
  list.ended = true
  if leader.list ~= list then return end
  leader.list = nil
  native.set(nil)
end

local USAGE = 'for item in lofty.progress(list, { name = "import" }) do'

local function check_options(options)
  options = option_tables.check("lofty.progress", "second", options, { name = true, total = true })
  if options.name ~= nil and (type(options.name) ~= "string" or options.name == "") then
    misuse("lofty.progress: name must be a string, got " .. wording.describe(options.name))
  end
  if options.total ~= nil and (math.type(options.total) ~= "integer" or options.total < 0) then
    misuse("lofty.progress: total must be an integer from 0, got " .. wording.describe(options.total))
  end
  return options
end

--- A function that returns the next item, and how many there are where that is known.
local function items_of(list)
  local meta = type(list) == "table" and getmetatable(list)
  if type(list) == "function" or type(meta) == "table" and meta.__call then
    local control
    return function()
      control = list(nil, control)
      return control
    end
  end
  if type(list) ~= "table" or #list == 0 and next(list) ~= nil then
    misuse(("lofty.progress: expects an array or an iterator, as in %s; got %s"):format(USAGE, wording.describe(list)))
  end
  local place = 0
  return function()
    place = place + 1
    return list[place]
  end, #list
end

--- See lofty.progress.
---@param list any
---@param options lofty.ProgressOptions|nil
---@return fun(): any, integer|nil
---@return nil
---@return nil
---@return any closed what the list is closed by, where it wants to be
function M.loop(list, options)
  local estimate = require "lofty.estimate"
  options = check_options(options)
  local next_item, count = items_of(list)
  local total = options.total or count
  local record, look_at = estimate.begin(options.name or "lofty.progress")
  local done = -1
  return function()
    done = done + 1
    if done >= look_at then
      look_at = estimate.look(record, { done = done, left = total and math.max(total - done, 0) })
    end
    local item = next_item()
    if item == nil then
      estimate.finish(record)
      return nil
    end
    return item, done + 1
  end, nil, nil, type(list) == "table" and (getmetatable(list) or {}).__close and list or nil
end

return M
