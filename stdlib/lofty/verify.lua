--- { verify = true }: a create whose reply was lost is looked for, and made again, once, only where it does not show.
---
--- What is looked for must be alike (lofty.verify.alike), made since the call began, and nobody else's in this run
--- (lofty.verify.claims). When the call began is told on Lofty's clock, by a reply's Date less the time passed since;
--- that is up to two seconds too early. What carries no time of its making is told by a list read before the create.
---
--- Not found does not mean not done: lists lag, and a request whose reply was lost may still be at work. So Lofty is
--- asked several times, the last time HALF_MINUTE after the reply was lost, or NINETY_SECONDS where a gateway or this
--- program gave up waiting and Lofty may be working on it yet. Only where then nothing is there that may be it, it is
--- made again, and that once. What this line cannot exclude is a request that arrives still later: then both are done,
--- and a last look after the repetition warns of it where it shows. Nor can it be known whether what is alike in all
--- that is compared was made in the same seconds by another process or a person: it is taken for the call's own.
---
--- Anything in doubt ends as it would without the option: the error is raised with outcome "unknown".
local claims = require "lofty.verify.claims"
local client = require "lofty.client"
local clock = require "native.clock"
local creates = require "lofty.verify.creates"
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local native = require "native.retry"
local parse = require("lofty.time.reading").parse
local retry = require "lofty.retry"
local http_date = require("native.text").http_date

local M = {}

--- Milliseconds before each look. Counted, not timed, so that a replayed run asks as often as the recorded one.
local HALF_MINUTE = { 0, 500, 1000, 2000, 4000, 8000, 15000 }
local NINETY_SECONDS = { 0, 500, 1000, 2000, 4000, 8000, 15000, 30000, 30000 }

--- What was made so shortly before the call began may be its thing after all, where Lofty's clocks disagree.
local MARGIN_MS = 60000

--- How long to wait between two questions whether other calls have their answers.
local PAUSE_MS = 50

---@class lofty.verify.Call
---@field row table
---@field what table of lofty.verify.creates
---@field values any[]
---@field fields table
---@field options lofty.CallOptions
---@field wanted any what `prepare` made of the fields
---@field path string
---@field wall integer when it began, on this machine's clock
---@field monotonic integer
---@field attempts integer creates sent
---@field looks integer
---@field read integer|nil when the list was read last, on Lofty's clock; nil where that cannot be told
---@field start integer|nil when the call began, on that clock
---@field known table<integer, boolean>|nil ids that were there before

local function info(call, text) log.write("info", ("%s: %s"):format(call.row.name, text)) end

local function warn(call, text, fields) log.write("warn", ("%s: %s"):format(call.row.name, text), fields) end

local function seconds(ms) return ("%.2f s"):format(ms / 1000) end

local function elapsed(call)
  -- A wall clock that was set back must not make the call younger; a replay has only that clock.
  return math.max(clock.monotonic() - call.monotonic, clock.now() - call.wall)
end

--- When a thing was made, as against the call's begin: "since", "before", or "unsure" where it was a little before, is
--- in times to come, or cannot be told.
local function age_of(call, item)
  if call.known then return "since" end
  local made = parse(item[call.what.made])
  if not made or not call.start then return "unsure" end
  if made < call.start - MARGIN_MS then return "before" end
  return made >= call.start and made <= call.read + MARGIN_MS and "since" or "unsure"
end

--- An item's id; nil where it has none.
local function item_id(call, item) return type(item) == "table" and math.tointeger(item[call.what.id]) or nil end

--- What an item is to the call: "found", "doubt", or nil.
local function judge(call, item)
  local what, id = call.what, item_id(call, item)
  if not id then return "doubt" end
  local is_anothers = claims.has(what.kind, id) or call.known and call.known[id] or false
  if is_anothers and not what.settled then return nil end
  local likeness, age = what.alike(item, call.fields, call.wanted), age_of(call, item)
  if not likeness or age == "before" and not what.settled then return nil end
  return likeness == "same" and age == "since" and not is_anothers and "found" or "doubt"
end

--- Reads the list, and on Lofty's clock when that was and when the call began: to the second, and never too late.
local function read_list(call)
  client.wants_date = true
  local items, more = call.what.list(call.values, call.fields, call.wanted)
  local date = client.date and http_date(client.date)
  call.looks = call.looks + 1
  call.read = date and date * 1000
  call.start = date and (call.read - elapsed(call)) // 1000 * 1000
  return items, more
end

--- Waits until the calls that were under way when the list was read have their answers: what it shows may be theirs.
local function wait_for_others(call, latest)
  while claims.is_pending(call.what.kind, latest) do
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
local function look(call)
  local items, more = read_list(call)
  local latest = claims.latest()
  local sight = sort(call, items, more)
  if not sight.item and not sight.doubt then return sight end
  wait_for_others(call, latest)
  return sort(call, items, more)
end

--- Raises the error of the create. `why` goes after its message.
local function give_up(call, err, why, cause)
  err.message = ("%s; %s"):format((err.message:gsub("%.$", "")), why)
  err.cause = err.cause or cause
  err.attempts = call.attempts
  err.elapsed = elapsed(call) / 1000
  warn(call, ("it cannot be known whether it was done: %s"):format(why))
  error(err, 0)
end

local function times(count) return count == 1 and "once" or count == 2 and "twice" or ("%d times"):format(count) end

--- Calls f; returns what it returns, or nil and the lofty error that it raised.
local function try(f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  if not lofty_error.is_error(result) then error(result, 0) end
  return nil, result
end

--- How long the thing may still turn up, as the pauses before the looks at it.
local function pauses_after(err)
  local status = err.status or 0
  local is_gateway = status == 408 or status > 500
  return (is_gateway or err.category == "timeout") and NINETY_SECONDS or HALF_MINUTE
end

--- Looks until the thing shows or the time is over. Raises `err` where Lofty cannot be asked.
---@return lofty.verify.Sight of the last look
local function search(call, err)
  local sight, doubt
  for index, pause in ipairs(pauses_after(err)) do
    if index > 1 then info(call, ("not there yet, looking again in %s"):format(seconds(pause))) end
    local _, code, message = clock.sleep(pause)
    local failure = code and lofty_error.new { code = code, message = message, operation = call.row.name }
    if not failure then sight, failure = try(look, call) end
    if failure then give_up(call, err, ("looking whether it was done failed: %s"):format(failure.message), failure) end
    if sight.item or sight.doubt and call.what.settled then break end
    doubt = sight.doubt or doubt
  end
  -- What was in doubt stays so where the list does not show it any more, unless it has turned out to be another call's.
  if doubt and not claims.has(call.what.kind, item_id(call, doubt)) then sight.doubt = sight.doubt or doubt end
  return sight
end

local function id_of(call, item) return ("%s %s"):format(call.what.kind, item_id(call, item)) end

--- Why a create that was not found must not be made again; nil where it may be.
local function obstacle(call, sight)
  local doubt = sight.doubt
  if doubt and call.what.settled then
    return ("%s has such an address or number, and was there before or has another name: if the call arrived, it was "
      .. "merged into that"):format(id_of(call, doubt))
  elseif doubt then
    return ("%s may be what it made, but is not certainly it"):format(id_of(call, doubt))
  end
  return sight.more or call.what.again and call.what.again(call.fields)
end

--- Sends the create.
---@return any|nil result
---@return lofty.Error|nil err
local function create(call)
  local result, err = try(claims.create, call.row, client.send, call.values, call.fields, call.options)
  call.attempts = call.attempts + (err and err.attempts or 1)
  return result, err
end

--- Warns where both attempts may have come. The other thing may be another call's that does not know yet, so it is left
--- to whoever looks for it.
local function warn_of_another(call, item)
  if item then
    warn(call, ("it may have been done twice, if the first attempt came late: %s is alike"):format(id_of(call, item)))
  end
end

--- After the repetition was answered: did the first one come as well?
local function look_once_more(call, result)
  local sight, failure = try(look, call)
  if failure then
    info(call, ("done at the second attempt; whether the first came late cannot be seen: %s"):format(failure.message))
    return result
  end
  local item = sight.item
  if item and call.what.settled then
    -- Of two that were merged, the id that shows is the one that lives.
    info(call, ("done, and merged with the first attempt: %s"):format(id_of(call, item)))
    return call.what.answer(item, call.fields)
  end
  info(call, "done at the second attempt")
  warn_of_another(call, item)
  return result
end

--- Claims the thing that was found, and returns it as the create would have.
local function accept(call, sight)
  claims.take(call.what.kind, sight.item[call.what.id])
  info(call, ("it was done: %s"):format(id_of(call, sight.item)))
  if call.repeated then warn_of_another(call, sight.another) end
  return call.what.answer(sight.item, call.fields)
end

--- What became of a create whose reply was lost.
local function settle(call, err)
  local _ <close> = native.doubt(("%s %s"):format(call.row.method, call.path))
  info(call, ("the reply was lost (%s%s); looking whether it was done"):format(err.code,
    err.status and (", HTTP %d"):format(err.status) or ""))
  local sight = search(call, err)
  if sight.item then return accept(call, sight) end
  local why = obstacle(call, sight)
  if why then give_up(call, err, why) end
  if call.repeated then
    give_up(call, err, ("looked %s, and neither of the two attempts is there"):format(times(call.looks)))
  end
  warn(call, ("looked %s in %s, and it is not there: creating it again, this once"):format(times(call.looks),
    seconds(elapsed(call))))
  call.repeated = true
  local result, failure = create(call)
  if not failure then return look_once_more(call, result) end
  failure.cause = failure.cause or err
  failure.attempts = call.attempts
  if failure.outcome == "unknown" then return settle(call, failure) end
  -- It may have been refused because the first one came after all: the limit of subscriptions, for example.
  local late = failure.outcome == "refused" and try(look, call)
  if late and late.item then return accept(call, late) end
  -- A lead that nobody may see was perhaps made by the first one.
  if call.what.settled then failure.outcome, failure.retryable = "unknown", false end
  error(failure, 0)
end

--- Whether the wait for the reply was cut short from this side, and so would be the looking.
local function is_cut(err) return err.code == "CANCELLED" or err.code == "DEADLINE_EXCEEDED" end

--- Refuses the option where it has nothing to do, or nothing to go by.
---@param row table
---@param fields table
---@param options lofty.CallOptions
---@return table what of lofty.verify.creates
function M.check(row, fields, options)
  local what, name = creates[row.name], row.name
  if options.unchecked then
    misuse(name .. ": verify does not go with unchecked, since what was not checked cannot be compared")
  end
  if what then
    local problem = what.check and what.check(fields)
    if problem then misuse(("%s: verify is not possible here: %s"):format(name, problem)) end
    return what
  end
  local safety = retry.safety(row)
  if safety == "once" then
    misuse(("%s: verify is not possible: Lofty offers no way to ask whether it was done"):format(name))
  end
  misuse(("%s: verify is for creates; this %s, so it is made again by itself where its reply is lost"):format(name,
    safety == "read" and "changes nothing" or "leaves, done twice, what it leaves done once"))
end

local function ids_of(call, items)
  local ids = {}
  for _, item in ipairs(items) do
    local id = item_id(call, item)
    if id then ids[id] = true end
  end
  return ids
end

--- Makes a create, and finds out what became of it where its reply was lost.
---
--- Raises a plain string where the operation cannot be looked for, and what client.call raises. outcome is then
--- "unknown" only where that is so; `cause` is why it could not be known, or the first attempt's error.
---@param row table
---@param values any[] checked
---@param fields table checked
---@param options lofty.CallOptions
---@return any what the create returns
function M.call(row, values, fields, options)
  local what = M.check(row, fields, options)
  local call = {
    row = row, what = what, values = values, fields = fields, options = options, path = client.path(row, values),
    wall = clock.now(), monotonic = clock.monotonic(), attempts = 0, looks = 0,
    wanted = what.prepare and what.prepare(fields),
  }
  if not what.made then call.known, call.looks = ids_of(call, (read_list(call))), 0 end
  local result, err = create(call)
  if not err then return result end
  if err.outcome ~= "unknown" or is_cut(err) then error(err, 0) end
  return settle(call, err)
end

return M
