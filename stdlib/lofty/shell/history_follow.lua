--- `loftyrun history --follow`: a line for each run that begins and each that ends, and `history show RUN --follow` for the
--- writes of one, until it is interrupted or the run has ended. On a terminal as in a pipe each line goes out at once.
---
--- It looks four times a second whether another process has changed the store, which costs next to nothing, and reads
--- only then. A run that is killed changes nothing: whether those under way still live is asked once a second.
local clock = require "native.clock"
local history = require "lofty.shell.history"
local lofty_error = require "lofty.error"
local native = require "native.journal"
local lines = require "lofty.shell.lines"
local store = require "lofty.store"
local width = require "lofty.shell.width"
local writer = require "lofty.shell.json"

local M = {}

local PAUSE_MS, ALIVE_MS = 250, 1000
local FIRST, PAGE = 10, 100

local function ask(method, ...) return store.given("history", native[method](...)) end

local function sleep()
  local _, code, message = clock.sleep(PAUSE_MS)
  if code then error(lofty_error.new { code = code, message = message, operation = "history" }, 0) end
end

--- Calls look() at once and whenever something may have changed, until it returns true.
local function watch(look)
  local version, looked = nil, 0
  while true do
    local now, latest = clock.monotonic(), ask("version")
    if latest ~= version or now - looked >= ALIVE_MS then
      version, looked = latest, now
      if look() then return end
    end
    sleep()
  end
end

--- Where nobody reads any more that is the end.
local function flush()
  local ok, why = io.flush()
  if not ok then error("cannot write to standard output: " .. why, 0) end
end

local function put(line)
  print(line)
  flush()
end

--- What a run shows as now: "began", or how it ended.
local function event_of(run)
  if run.alive then return "began" end
  return run.ended and "ended" or "died"
end

local function show(run, options)
  local event = event_of(run)
  if options.json then
    local record = history.run_json(run)
    record.event = event
    return put(writer.compact(record))
  end
  local parts = { lines.clock(run.ended or run.began), width.pad(tostring(run.id), 6, true),
    width.pad(event == "began" and "began" or history.state_of(run), 16), width.tame(history.last_part(run.script)) }
  if event == "began" then parts[#parts + 1] = ("process %d"):format(run.process) end
  if run.ended then parts[#parts + 1] = "took " .. history.duration_text(run.ended - run.began) end
  if event ~= "began" and run.done + run.refused + run.open > 0 then
    parts[#parts + 1] = "writes " .. history.writes_text(run)
  end
  put(table.concat(parts, " "))
end

--- The runs behind that one, the oldest first.
local function runs_after(last)
  local found, before = {}, 0
  repeat
    local page = ask("runs", before, PAGE)
    for _, run in ipairs(page) do
      if run.id <= last then break end
      table.insert(found, 1, run)
    end
    before = #page > 0 and page[#page].id or 0
  until #page < PAGE or before <= last
  return found
end

--- Shows the last runs, and then what happens.
---@param options { json: boolean, max: integer|nil }
function M.runs(options)
  local living, last = {}, 0 ---@type table<integer, boolean>
  local function take(run)
    show(run, options)
    living[run.id], last = run.alive or nil, math.max(last, run.id)
  end
  local first = ask("runs", 0, options.max or FIRST)
  for index = #first, 1, -1 do take(first[index]) end
  watch(function()
    for id in pairs(living) do
      local run = ask("of", id)
      if not run then living[id] = nil
      elseif not run.alive then take(run) end
    end
    for _, run in ipairs(runs_after(last)) do take(run) end
  end)
end

--- Shows the writes of a run, those that are there and those to come, each when it is settled. Ends with the run.
---@param run table of the journal
---@param options { json: boolean }
function M.writes(run, options)
  local after, waiting = 0, {} ---@type integer, table<integer, boolean> numbers that are not settled yet
  local function put_write(write, settled)
    waiting[write.number] = not settled or nil
    if not settled then return end
    if options.json then put(writer.compact(history.write_json(write, run)))
    else
      history.print_write(write, run)
      flush()
    end
  end
  watch(function()
    run = ask("of", run.id) or run
    for number in pairs(waiting) do
      local write = ask("writes", run.id, number - 1, 1)[1]
      if write and write.number == number then put_write(write, write.state ~= "sending" or not run.alive) end
    end
    repeat
      local page = ask("writes", run.id, after, PAGE)
      for _, write in ipairs(page) do
        put_write(write, write.state ~= "sending" or not run.alive)
        after = write.number
      end
    until #page < PAGE
    if not run.alive then
      show(run, options)
      return true
    end
  end)
end

return M
