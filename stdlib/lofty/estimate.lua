--- What is still to come of a long list: once its first items are done, one line on stderr says about how many requests
--- are left and how long they take, at the rate that Lofty allows or at the pace so far where that is slower.
---
---   info  leads.each: about 41,200 requests left, about 83 min at 500/min
---
--- Only where that is more than a minute's work, and once for each list that is walked or mapped. While a list goes on
--- that was spoken of, or may yet be, those inside it are not. Where --max-requests will not do for the list, a warning
--- says so as soon as it can be known.
---
--- Requests of an item are those that the run has made since the list was begun, less those for the list's own pages,
--- by the items done. What other tasks of the run ask meanwhile is counted along.
local clock = require "native.clock"
local log = require "native.log"
local progress = require "lofty.progress"
local run = require "native.run"

local M = {}

--- After so many items the numbers are looked at, and again; with --max-requests also after the first.
local FIRST, LATER = 10, { 100, 1000 }

local MINUTE_MS = 60000
local digits, rounded, duration = progress.digits, progress.rounded, progress.duration

--- The pace counts where it is so much slower than the rate.
local SLOWER = 1.25

---@class lofty.Estimate: lofty.Progress of one list
---@field name string what is walked
---@field order integer lists that were begun later may be inside it
---@field began integer monotonic milliseconds
---@field requests integer made before
---@field least integer items that must be done before anything is said
---@field look_at number items that must be done before the numbers are looked at
---@field looked boolean|nil how long it is was looked at, or cannot be known
---@field told boolean|nil
---@field ends number|nil when it will have ended, by what was told

local lists = 0
local warned = math.huge ---@type number the list that --max-requests was spoken of for
local open = setmetatable({}, { __mode = "k" }) ---@type table<lofty.Estimate, boolean> those that have not ended

--- A list begins. The second result is after how many items to call `look`.
---@param name string such as "leads.each"
---@param least integer|nil items that must be done before anything is said; several at once need more
---@return lofty.Estimate
---@return integer look_at
function M.begin(name, least)
  lists = lists + 1
  local requests, maximum = run.requests()
  local list = { name = name, order = lists, began = clock.monotonic(), requests = requests,
    least = math.max(least or 0, FIRST) }
  list.look_at = maximum and 1 or list.least
  open[list] = true
  progress.begin(list)
  return list, 1
end

--- How long so many requests take, in milliseconds, and what that goes by.
local function time_for(list, left, made)
  local rate = require("lofty.quota").rate()
  local passed = math.max(clock.monotonic() - list.began, 1)
  local at_pace = left * passed / made
  local at_rate = rate and rate > 0 and left / rate * MINUTE_MS
  if at_rate and at_pace < at_rate * SLOWER then return at_rate, ("at %s/min"):format(digits(rate)) end
  return at_pace, ("at the pace so far, %s/min"):format(digits(math.max(1, rounded(made / passed * MINUTE_MS))))
end

local function warn_of_maximum(list, left)
  local made, maximum = run.requests()
  if list.order >= warned or not maximum or made + left <= maximum then return end
  warned = list.order
  local text = "%s: about %s requests left, but --max-requests %s leaves %s: the run will not reach the end"
  log.write("warn", text:format(list.name, digits(rounded(left)), digits(maximum), digits(math.max(maximum - made, 0))))
end

local function has_outer(list)
  local now = clock.monotonic()
  for other in pairs(open) do
    if other.order < list.order and (not other.looked or other.told and now < other.ends) then return true end
  end
  return false
end

--- Whether a list around this one goes on that was spoken of, or may yet be. A loop that was left by break says nothing
--- of it, but then nothing holds its iterator any more: collecting garbage is little against the minutes at stake.
local function is_inside(list)
  if not has_outer(list) then return false end
  collectgarbage()
  return has_outer(list)
end

---@class lofty.Estimate.State how far a list is
---@field done number items; those that are being worked on count half
---@field left integer|nil items; nil: that cannot be known
---@field pages integer|nil requests made for the list itself
---@field pages_left integer|nil
---@field most boolean|nil some of the items may turn out to be done

--- Says how long it will take, where that is long.
local function tell(list, state, left, made)
  if list.told or not list.looked or is_inside(list) then return end
  local ms, how = time_for(list, left, made)
  if ms <= MINUTE_MS then return end
  list.told, list.ends = true, clock.monotonic() + ms
  log.write("info", ("%s: %s %s requests left, about %s %s"):format(list.name, state.most and "at most" or "about",
    digits(rounded(left)), duration(ms), how))
end

--- Looks at the numbers. Returns after how many items to do so again.
local function estimate(list, state)
  list.looked = state.done >= list.least / 2
  local made = run.requests() - list.requests
  local own = math.max(made - (state.pages or 0), 0)
  local left = math.ceil(state.left * own / math.max(state.done, 1)) + (state.pages_left or 0)
  if made > 0 and left > 0 then
    warn_of_maximum(list, left)
    tell(list, state, left, made)
  end
  if not list.looked then return list.least end
  for _, at in ipairs(LATER) do
    if at > state.done and not list.told then return at end
  end
  return math.huge
end

--- Looks how far it is and says so where there is reason to. Returns after how many items to look again.
---@param list lofty.Estimate
---@param state lofty.Estimate.State|nil nil: somebody else tells
---@param ended number|nil items that are not worked on any more, where others are
---@return number look_at math.huge: not again
function M.look(list, state, ended)
  if not state or not state.left then list.looked = true end
  if not state then return math.huge end
  ended = ended or state.done
  if state.left and ended >= list.look_at then list.look_at = estimate(list, state) end
  local again = progress.update(list, ended, state.left and state.done + state.left)
  return state.left and math.min(again, list.look_at) or again
end

--- How far a walk of lofty.pages is.
---@param walk table
---@param done number items the script is through with
---@return lofty.Estimate.State
function M.state_of(walk, done)
  local total = walk.total and walk.total - walk.start or walk.row.page == "none" and walk.given
  if not total then return { done = done } end
  local unread = math.max(total - walk.given, 0)
  local left = unread + walk.handed - done
  local wanted = walk.list.wanted
  if wanted then left, unread = math.min(left, wanted - done), math.min(unread, wanted - walk.handed) end
  -- Where pages are counted, each but the first takes a second request (lofty.pages, check_joint).
  local each = walk.style.joint and 2 or 1
  return {
    done = done, left = left, most = walk.session ~= nil,
    pages = walk.page * each - (each - 1), pages_left = walk.size and math.ceil(unread / walk.size) * each or 0,
  }
end

--- The list is through.
---@param list lofty.Estimate
function M.finish(list)
  open[list] = nil
  progress.finish(list)
end

return M
