--- What scripts see: `local lofty = require "lofty"`.
---
--- lofty.<resource>.<verb> are the operations (loftyrun help operations); resources load on first use.
--- Every list has an iterator over all its pages: `list` is iterated by `each`, `list_tags` by `each_tags`, and a list
--- under another name by that name: `mine` by `each_mine`. Beside the operations stand the helpers (loftyrun help helpers).
local client = require "lofty.client"
local clock = require "native.clock"
local json = require "native.json"
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local nearest = require("native.text").nearest
local operations = require "lofty.operations"
local run = require "native.run"
local wording = require "lofty.wording"

local call = client.call

local M = {
  try = lofty_error.try,
  code = require "lofty.code",
  error = { is_error = lofty_error.is_error },
  null = json.null,
  array = json.array,
  dry_run = run.settings().dry_run,
}

local function did_you_mean(name, names)
  local near = type(name) == "string" and nearest(name, names)
  return near and ("; did you mean %s?"):format(wording.quoted(near)) or ""
end

--- A table whose members are all there is: reading or setting another one raises. A test may replace one.
local function strict(name, members)
  local names = {}
  for verb in pairs(members) do names[verb] = true end
  local function refuse(_, key)
    key = tostring(key)
    misuse(("%s has no operation %s%s"):format(name, wording.quoted(key), wording.suggestion(key, names, "it has")))
  end
  return setmetatable(members, { __name = name, __index = refuse, __newindex = refuse })
end

--- lofty.leads:get(id) passes the resource itself as the first argument.
local function refuse_colon(name)
  misuse(("%s: use a dot, not a colon: lofty.%s(...)"):format(name, name))
end

--- `for lead in lofty.leads.each do` has the loop call `each` itself, as loops do: with two nils.
local function refuse_uncalled(name, ...)
  local state, control = ...
  if select("#", ...) ~= 2 or state ~= nil or control ~= nil then return end
  local noun = name:match("%.each_(.+)s$") or name:match("([^.]+)s%.each") or "item"
  misuse(("%s: call it: for %s in lofty.%s{ ... } do"):format(name, noun, name))
end

local function load_resource(resource)
  local members = {}
  local own = { [members] = true } -- asked instead of rawequal, a call that each call would make
  for verb, row in pairs(operations.rows(resource)) do
    members[verb] = function(...)
      if own[(...)] then refuse_colon(row.name) end
      return call(row.name, row, ...)
    end
    if row.page then
      local each = resource .. "." .. operations.each_name(verb)
      members[operations.each_name(verb)] = function(...)
        if own[(...)] then refuse_colon(each) end
        refuse_uncalled(each, ...)
        return require("lofty.each").each(each, row, ...)
      end
    end
  end
  for _, verb in ipairs(require("lofty.helpers.names")[resource] or {}) do
    members[verb] = function(...)
      if own[(...)] then refuse_colon(resource .. "." .. verb) end
      if verb:find("^each_") then refuse_uncalled(resource .. "." .. verb, ...) end
      local helpers = require "lofty.helpers"
      return helpers.call(helpers.rows(resource)[verb], ...)
    end
  end
  return strict("lofty." .. resource, members)
end

--- Members that are modules of their own, loaded when first read.
local MODULES = { contact = "lofty.contact", guard = "lofty.guard", on = "lofty.on",
  quota = "lofty.quota", state = "lofty.state", time = "lofty.time" }

--- Modules that a script requires by themselves, though they look as if they were in `lofty`.
local APART = { args = true, chores = true, csv = true, lead_csv = true, spelling = true, test = true }

--- A table of resources below `prefix` ("" or "v1."), each loaded when it is first read.
local function namespace(name, prefix, members)
  local names, nested = {}, {}
  for _, resource in ipairs(operations.resources) do
    local head, rest = resource:sub(#prefix + 1):match("^([^.]+)(.*)$")
    if head and resource:sub(1, #prefix) == prefix then
      names[#names + 1], nested[head] = head, rest ~= ""
    end
  end
  return setmetatable(members, {
    __name = name,
    __index = function(_, key)
      if prefix == "" and MODULES[key] then
        rawset(members, key, strict("lofty." .. key, require(MODULES[key])))
        return members[key]
      end
      if nested[key] == nil then
        local known = wording.sorted_keys(members)
        table.move(names, 1, #names, #known + 1, known)
        if prefix == "" then
          for module in pairs(MODULES) do known[#known + 1] = module end
        end
        if prefix == "" and APART[key] then
          misuse(('lofty has no "%s": it is a module of its own, require "lofty.%s"'):format(key, key))
        end
        misuse(("%s has no %s%s"):format(name, wording.quoted(tostring(key)), did_you_mean(key, known)))
      end
      local value = nested[key] and namespace(name .. "." .. key, prefix .. key .. ".", {})
        or load_resource(prefix .. key)
      rawset(members, key, value)
      return value
    end,
  })
end

--- What each{ resume = "NAME" } remembers; see lofty.resume. Loaded when it is first used.
M.resume = {}

for _, name in ipairs { "list", "forget" } do
  M.resume[name] = function(...) return require("lofty.resume")[name](...) end
end

--- What of a list is new or has changed since it was last dealt with; see lofty.sync.
M.sync = setmetatable({ forget = function(...) return require("lofty.sync").forget(...) end }, {
  __name = "lofty.sync",
  __call = function(_, options) return require("lofty.sync").loop(options) end,
})

--- Does something at most once, whatever becomes of the runs that try; see lofty.once.
M.once = setmetatable({ settle = function(...) return require("lofty.once").settle(...) end }, {
  __name = "lofty.once",
  __call = function(_, ...) return require("lofty.once").call(...) end,
})

--- JSON with every digit of every integer. Raises a plain error at the script's line for what cannot be converted.
M.json = {}

--- Reads JSON.
---@param text string
---@param options { keep_null: boolean|nil, max_depth: integer|nil }|nil without keep_null, null members are absent
---@return any
function M.json.decode(text, options)
  if type(text) ~= "string" then misuse("lofty.json.decode: expected a string, got " .. wording.describe(text)) end
  local value, code, message = json.decode(text, options)
  if code then misuse("lofty.json.decode: " .. message) end
  return value
end

--- Writes JSON; a table is an array or an object, an empty one an object unless lofty.array has marked it.
---@param value any
---@return string
function M.json.encode(value)
  local text, _, message = json.encode(value)
  return text or misuse("lofty.json.encode: " .. message)
end

--- Messages of the script for whoever runs it, on stderr: lofty.log.info("left alone", { task = task.id }).
M.log = {}

for _, level in ipairs { "debug", "info", "warn", "error" } do
  ---@param message string
  ---@param fields table<string, any>|nil
  M.log[level] = function(message, fields)
    if fields ~= nil and type(fields) ~= "table" then
      misuse(("lofty.log.%s: the fields must be a table, got %s"):format(level, wording.describe(fields)))
    end
    log.write(level, tostring(message), fields)
  end
end

--- Says that one item of the run failed: logs a warning, goes on, and makes the run end with exit code 8.
---@param message string
---@param fields table<string, any>|nil
function M.failed(message, fields)
  if message == nil then misuse("lofty.failed: say what failed, as in lofty.failed(\"task 5: \" .. err.code)") end
  M.log.warn(message, fields)
  run.item_failed()
end

local function milliseconds(name, duration)
  if type(duration) == "number" and duration >= 0 and duration < math.huge then
    return math.ceil(duration * 1000)
  end
  return require("lofty.time.durations").read(duration)
    or misuse(('%s: expected "5s", "250ms", "2m", "1h" or seconds, got %s'):format(name, wording.describe(duration)))
end

--- Waits while other work of the run goes on. Raises where the wait is cut short: CANCELLED, DEADLINE_EXCEEDED.
---@param duration string|number "5s", "250ms", "1h30m", as lofty.time.duration reads it, or seconds
function M.sleep(duration)
  local _, code, message = clock.sleep(milliseconds("lofty.sleep", duration))
  if code then require("lofty.task").fail("lofty.sleep", code, message) end
end

--- Calls f(item) for each item of an array or an iterator, for several at once. Returns the results in the items' order
--- when all are done; one that is nil keeps its place. No more items are taken than are worked on.
--- By default the first error stops it: the other calls are cancelled, writes that have left are let end, and the error
--- is raised. With on_error = "collect" all items are done, and `results.errors` has the errors by the item's place, or is nil.
---
---   local leads = lofty.map(ids, lofty.leads.get, { concurrency = 8 })
---@generic T
---@param list T[]|fun(...: any): T|lofty.Each
---@param f fun(item: T): any
---@param options lofty.MapOptions|nil
---@return lofty.Results results
function M.map(list, f, options)
  return require("lofty.map").map(list, f, options)
end

--- Loops over an array or an iterator of the script's own, and tells how far it is: on a terminal with a bar, otherwise with
--- a line of the log each minute. An item is done when the loop asks for the next one. The lists of lofty.<resource>.each and
--- lofty.map do so by themselves.
---@generic T
---@param list T[]|fun(...: any): T
---@param options lofty.ProgressOptions|nil { name = "import", total = 1200 }
---@return fun(): T, integer
function M.progress(list, options)
  return require("lofty.progress").loop(list, options)
end

--- Starts f(...) beside the script and returns at once; it begins when the script first waits. An error in it comes out of
--- task:wait(); where nobody waits for it, it is reported at the end of the run and decides the exit code. The run ends when
--- all tasks have ended.
---
---   local task = lofty.spawn(lofty.leads.get, leadId)
---   local lead = task:wait()
---@param f fun(...: any): any
---@param ... any its arguments
---@return lofty.Task task
function M.spawn(f, ...)
  return require("lofty.task").spawn(f, ...)
end

--- Calls f(...) and returns its results. Once the time is over, whatever waits inside raises DEADLINE_EXCEEDED, also in
--- tasks that were started inside. Of deadlines inside each other the earliest holds. What does not wait is not ended.
---@param duration string|number "30s", "5m", or seconds
---@param f fun(...: any): any
---@param ... any its arguments
---@return any ... what f returned
function M.deadline(duration, f, ...)
  local task = require "lofty.task"
  local time = milliseconds("lofty.deadline", duration)
  task.check_function("lofty.deadline", f, 'lofty.deadline("30s", lofty.leads.get, leadId)')
  return task.deadline(time, f, ...)
end

--- Takes a lock that only one run, and one task of it, has at a time; raises ALREADY_RUNNING where another has it, which
--- ends a run with exit code 7. It lasts until it is released, `local _ <close> = lofty.lock("name")` goes out of scope, or
--- the run ends, however it ends. Names belong to a profile and a base URL. Waiting for it lets other tasks go on.
---@param name string
---@param options lofty.LockOptions|nil { wait = "30s" }
---@return lofty.Lock lock
function M.lock(name, options)
  return require("lofty.lock").take(name, options)
end

--- The time, in milliseconds since 1970.
---@return integer
function M.now()
  return clock.now()
end

return namespace("lofty", "", M)
