--- { verify = true }: a create whose reply was lost is looked for, and made again, once, only where it does not show.
---
--- What is looked for must be alike (lofty.verify.alike), made since the call began, and nobody else's in this run
--- (lofty.verify.claims). When the call began is told on Lofty's clock, by a reply's Date less the time passed since;
--- that is mostly one second too early, and seven where the reply was slow. What carries no time of its making is told by a
--- list read before the create.
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
local journal = require "lofty.journal"
local log = require "native.log"
local lofty_error = require "lofty.error"
local looking = require "lofty.verify.look"
local misuse = require "lofty.misuse"
local native = require "native.retry"
local retry = require "lofty.retry"
local replays = require("native.traffic").settings().replay

local elapsed, look, obstacle = looking.elapsed, looking.look, looking.obstacle
local id_of, item_id = looking.id_of, looking.item_id

local M = {}

--- Milliseconds before each look. Counted, not timed, so that a replayed run asks as often as the recorded one.
local HALF_MINUTE = { 0, 500, 1000, 2000, 4000, 8000, 15000 }
local NINETY_SECONDS = { 0, 500, 1000, 2000, 4000, 8000, 15000, 30000, 30000 }

---@class lofty.verify.Call
---@field row table
---@field what table of lofty.verify.creates
---@field values any[]
---@field fields table
---@field options lofty.CallOptions
---@field wanted any what `prepare` made of the fields
---@field path string
---@field wall integer when it began, on this machine's clock
---@field monotonic integer|nil the same on the clock that is never put; nil in a replay, and for a call of an earlier run
---@field there integer|nil when it began by Lofty's clock, where an earlier run has noted that
---@field attempts integer creates sent
---@field looks integer
---@field read integer|nil when the list was read last, on Lofty's clock; nil where that cannot be told
---@field start integer|nil when the call began, on that clock
---@field known table<integer, boolean>|nil ids that were there before
---@field taken table<integer, boolean>|nil ids that belong to calls of other runs
---@field within integer|nil milliseconds after which it can have made nothing any more; nil where it is young
---@field others (fun(call: lofty.verify.Call): boolean)|nil finds those, and whether one is under way

local function info(call, text) log.write("info", ("%s: %s"):format(call.row.name, text)) end

local function warn(call, text, fields) log.write("warn", ("%s: %s"):format(call.row.name, text), fields) end

local function seconds(ms) return ("%.2f s"):format(ms / 1000) end

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
local function accept(call, sight, err)
  claims.take(call.what.kind, sight.item[call.what.id])
  info(call, ("it was done: %s"):format(id_of(call, sight.item)))
  if call.repeated then warn_of_another(call, sight.another) end
  local answer = call.what.answer(sight.item, call.fields)
  journal.resolved(err, "done", answer)
  return answer
end

--- What became of a create whose reply was lost.
local function settle(call, err)
  local _ <close> = native.doubt(("%s %s"):format(call.row.method, call.path))
  info(call, ("the reply was lost (%s%s); looking whether it was done"):format(err.code,
    err.status and (", HTTP %d"):format(err.status) or ""))
  local sight = search(call, err)
  if sight.item then return accept(call, sight, err) end
  local why = obstacle(call, sight)
  if why then give_up(call, err, why) end
  if call.repeated then
    give_up(call, err, ("looked %s, and neither of the two attempts is there"):format(times(call.looks)))
  end
  warn(call, ("looked %s in %s, and it is not there: creating it again, this once"):format(times(call.looks),
    seconds(elapsed(call))))
  call.repeated = true
  journal.resolved(err, "absent")
  local result, failure = create(call)
  if not failure then return look_once_more(call, result) end
  failure.cause = failure.cause or err
  failure.attempts = call.attempts
  if failure.outcome == "unknown" then return settle(call, failure) end
  -- It may have been refused because the first one came after all: the limit of subscriptions, for example.
  local late = failure.outcome == "refused" and try(look, call)
  if late and late.item then return accept(call, late, err) end
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
    wall = clock.now(), monotonic = not replays and clock.monotonic() or nil, attempts = 0, looks = 0,
    wanted = what.prepare and what.prepare(fields),
  }
  if not what.made then call.known, call.looks = ids_of(call, (looking.read_list(call))), 0 end
  local result, err = create(call)
  if not err then return result end
  if err.outcome ~= "unknown" or is_cut(err) then error(err, 0) end
  return settle(call, err)
end

return M
