--- The journal of writes: each is recorded before it is sent, and settled after, so that whatever becomes of a run it can
--- be told what it did (runtime/core/journal.h). Where that cannot be recorded the write is not sent.
---
--- A write of several attempts is one: what an attempt before the last may have done stays in doubt, as it does for the
--- script (lofty.retry). Writes of tasks that want to go at once share one wait for the disk.
local clock = require "native.clock"
local exchange = require "lofty.traffic.exchange"
local images = require "lofty.images"
local json = require "native.json"
local log = require "native.log"
local lofty_error = require "lofty.error"
local native = require "native.journal"
local personal = require "lofty.traffic.personal"
local retry = require "lofty.retry"
local run = require "native.run"
local task = require "native.task"

local M = {}

--- States of a write that has changed nothing.
local UNDONE = { refused = true, not_sent = true }

--- What is longer is not kept.
local FIELDS_MAX, RESULT_MAX = 1024 * 1024, 64 * 1024

local AT_ONCE = 1000 -- as many writes native.journal takes in one go

local HINT = "What cannot be recorded is not sent. Do what the message says, make room on the disk, or name another folder "
  .. "with --state; then run again."

--- What lofty.once does just now, by the number of the scope that a task works in (native.task).
M.scopes = {} ---@type table<integer, lofty.Once.Attempt>

--- Writes of this run that tasks are at, by their numbers; and those of which is known what became of them, while that
--- could not be recorded.
local under_way = {} ---@type table<integer, true>
local unrecorded = {} ---@type table<integer, { state: string, text: string|nil }>

local by_error = setmetatable({}, { __mode = "k" }) ---@type table<lofty.Error, lofty.Journal.Entry>

---@class lofty.Journal.Entry a write
---@field row table
---@field record table as native.journal takes it
---@field state string|nil as it was recorded last; nil: not at all
---@field touch lofty.images.Touch|nil from its first attempt on
---@field doubt boolean|nil whether an attempt may have done it

--- JSON as it is kept: without the run's credential and all that is called like a secret. Where there is none it stays
--- what was sent, to the letter.
local function kept(text, max)
  if not text or #text > max then return nil end
  if personal.holds_no_secret(text) then return run.redact(text) end
  local found = false
  local mapped = exchange.map_body(text, personal.secrets_only(function() found = true end), true)
  return found and exchange.body_text(mapped) or run.redact(text)
end

local function encoded(value, max)
  local text = json.encode(value)
  return kept(text, max)
end

--- What is sent along, as JSON.
local function fields_text(request, fields)
  if request.body then return kept(request.body, FIELDS_MAX) end
  return next(fields) ~= nil and encoded(fields, FIELDS_MAX) or nil
end

--- Records what could not be recorded before, the disk having been full, say.
function M.catch_up()
  for number, known in pairs(unrecorded) do
    if native.settle(native.run(), number, known.state, known.text) then unrecorded[number] = nil end
  end
end

--- Whether a write of this run has no end in the journal because it has not ended, or because that cannot be recorded.
---@param number integer
---@return boolean
function M.is_open(number) return under_way[number] or unrecorded[number] ~= nil end

--- Records writes that are about to be sent. Returns an error's fields where they cannot be.
local function record(entries)
  local records = {}
  M.catch_up()
  for index, entry in ipairs(entries) do records[index] = entry.record end
  local numbers, code, message = native.send(records)
  for index, entry in ipairs(entries) do
    if numbers then
      entry.record.number, entry.state = numbers[index], "sending"
      under_way[numbers[index]] = true
    end
  end
  return not numbers and { code = code, message = message } or nil
end

local gathering ---@type { entries: lofty.Journal.Entry[], signals: userdata[], refused: table|nil }|nil

--- Records what has gathered, however the task ends that has waited for others.
local flush = { __close = function(gathered)
  if gathering == gathered then gathering = nil end
  gathered.refused = record(gathered.entries)
  for _, signal in ipairs(gathered.signals) do task.fire(signal) end
end }

--- Tasks beside the script come several at a time: the first waits for a turn of theirs, and records for all.
local function gather(entry)
  local gathered = gathering
  if gathered and #gathered.entries < AT_ONCE then
    local signal = task.signal()
    table.insert(gathered.entries, entry)
    table.insert(gathered.signals, signal)
    task.wait(signal, true)
  else
    gathered = setmetatable({ entries = { entry }, signals = {} }, flush)
    gathering = gathered
    local _ <close> = gathered
    clock.sleep(0)
  end
  return gathered.refused
end

--- From here on it may be sent. Returns the fields of an error where it must not be.
local function begin(entry)
  if entry.state == "sending" then return nil end
  local refused
  if task.current() then refused = gather(entry) else refused = record { entry } end
  if not refused then return nil end
  return { code = refused.code, message = refused.message, outcome = "not_sent", sent = false, begun = false,
    retryable = false, hint = HINT }
end

local function error_text(err)
  return encoded({ code = err.code, message = err.message, status = err.status }, RESULT_MAX)
end

--- Takes note of an end. That this fails is no reason to lose the reply: it is then in doubt what became of the write.
local function settle(entry, state, text)
  if entry.state == state then return end
  local fine, _, message = native.settle(native.run(), entry.record.number, state, text)
  if fine then
    entry.state, unrecorded[entry.record.number] = state, nil
  else
    unrecorded[entry.record.number] = { state = state, text = text }
    log.write("warn", ("%s: what became of it could not be recorded"):format(entry.row.name),
      { why = message, outcome = state })
  end
end

--- Takes note of an attempt. One in doubt stays "sending" until the call is over.
local function note(entry, ok, result)
  if ok then
    settle(entry, "done", result ~= nil and encoded(result, RESULT_MAX) or nil)
  elseif result.outcome == "unknown" or result.outcome == nil then
    entry.doubt = true
  elseif not entry.doubt then
    settle(entry, result.outcome, error_text(result))
  end
end

--- Takes note of the end of the call.
local function finish(entry, ok, result)
  if not entry.state or entry.state == "done" then return end
  if ok then
    settle(entry, "done", result ~= nil and encoded(result, RESULT_MAX) or nil)
  elseif lofty_error.is_error(result) then
    by_error[result] = entry
    settle(entry, result.outcome or "unknown", error_text(result))
  end
end

--- How the thing was: as late as can be told, and from now on until the end of the call nobody's image is taken of it.
local function take_image(entry, values, fields)
  local image
  image, entry.touch = images.before(entry.row, values, fields)
  if image then entry.record.image = encoded(image, FIELDS_MAX) end
end

local reading

--- Whether the profile wants what is changed to be read first (read_before_write).
local function reads_first()
  if reading == nil then reading = run.settings().read_before_write end
  return reading
end

--- Where things carry no time of their making, what was there before a create of lofty.once is all that tells its thing
--- from others, should nobody know what became of it (lofty.verify.earlier).
local function take_list(entry, values, fields)
  local what = entry.row.verify and require("lofty.verify.creates")[entry.row.name]
  if not what or what.made then return end
  local ids = json.array {}
  for _, item in ipairs((what.list(values, fields))) do ids[#ids + 1] = math.tointeger(item[what.id]) end
  entry.record.image = encoded({ there = ids }, FIELDS_MAX)
end

--- What became of the write that an error was raised for, where that was found out later.
---@param err lofty.Error
---@param state string
---@param result any
function M.resolved(err, state, result)
  local entry = by_error[err]
  if entry then settle(entry, state, result ~= nil and encoded(result, RESULT_MAX) or nil) end
end

--- What a write is to lofty.retry: an operation that may be made again is another one with some of its fields.
---@param row table
---@param fields table
---@return table row
function M.as_made(row, fields)
  for _, name in ipairs(row.once_with or {}) do
    if fields[name] ~= nil then return setmetatable({ repeatable = false }, { __index = row }) end
  end
  return row
end

--- Makes a write: as retry.call, with all of it in the journal.
---@param row table
---@param path string
---@param values any[]
---@param fields table
---@param request table
---@param retries integer|nil
---@param attempt fun(row: table, request: table, timeout: integer|nil): boolean, any, table|nil
---@return any result
---@return table|nil metadata
function M.write(row, path, values, fields, request, retries, attempt)
  local scope = M.scopes[task.scope()]
  local text = fields_text(request, fields)
  local parameters = #values > 0 and encoded(values, FIELDS_MAX) or nil
  if scope and scope.known then
    local answered, result = scope:answer(row.name, parameters, text)
    if answered then return result end
  end
  local entry = { row = row, record = { operation = row.name, method = row.method, path = path,
    parameters = parameters, fields = text, key = scope and scope.key or nil } }
  local repeats = scope and scope:repeats(row.name, parameters, text)
  if scope then take_list(entry, values, fields) end
  if reads_first() then images.learn(row, values, fields) end
  -- Also in a task that is being ended: what came of a write is to be noted.
  local ok, result, metadata = task.catch(nil, retry.call, M.as_made(row, fields), path, retries, function(_, _, timeout)
    if not entry.touch then take_image(entry, values, fields) end
    local refused = begin(entry)
    if refused then return false, refused end
    local done, answer, more = attempt(row, request, timeout)
    note(entry, done, answer)
    return done, answer, more
  end, request, repeats)
  finish(entry, ok, result)
  if entry.record.number then under_way[entry.record.number] = nil end
  if entry.touch then images.after(entry.touch, not entry.state or UNDONE[entry.state] or false) end
  if ok then return result, metadata end
  error(result, 0)
end

return M
