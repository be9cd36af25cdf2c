--- Runs what was typed, as a task beside others, and says what came of it.
local confirm = require "lofty.prompt.confirm"
local evaluate = require "lofty.prompt.evaluate"
local frames = require "lofty.prompt.frames"
local lofty_error = require "lofty.error"
local native = require "native.task"
local pager = require "lofty.prompt.pager"
local run = require "native.run"
local terminal = require "native.terminal"

local M = {}

---@class lofty.prompt.Session
---@field settings table as host/repl.c gives them
---@field scope lofty.prompt.Scope
---@field interactive boolean
---@field colour boolean
---@field timed boolean
---@field works { text: string, kind: string, results: integer }[] the inputs that worked, for .save
---@field last string|nil the last input, for .edit
---@field exit_code integer of the first that failed
---@field over boolean|nil it is to end
---@field frames lofty.prompt.FailedFrame[] where the last one failed

---@param settings table
---@return lofty.prompt.Session
function M.new(settings)
  local interactive = terminal.interactive()
  local term = os.getenv "TERM"
  return { settings = settings, scope = evaluate.scope(), interactive = interactive, timed = false, works = {},
    colour = interactive and settings.colour and term ~= "dumb", exit_code = 0, frames = {} }
end

local function paint(session, how, text)
  return require("lofty.prompt.show").paint(session.colour, how, text)
end

--- A sentence of ours.
function M.say(session, text)
  io.stdout:flush()
  if session.interactive then
    io.stdout:write(paint(session, "dim", text), "\n")
  else
    io.stderr:write("loftyrun: ", text, "\n")
  end
end

--- Whether nobody reads any more, which is the end of the session.
---@param session lofty.prompt.Session
---@return boolean
function M.is_unread(session)
  if not session.settings.unread() then return false end
  session.over = true
  if session.exit_code == 0 then session.exit_code = 141 end
  return true
end

--- An error as a run reports one, in short.
---@param session lofty.prompt.Session
---@param err any
---@param where string|nil said before it
function M.report(session, err, where)
  local ok, text = pcall(tostring, err)
  if type(err) ~= "string" and type(err) ~= "table" then
    text = ("the input raised a %s value, which says nothing"):format(type(err))
  elseif type(err) == "table" and not lofty_error.is_error(err) and not (debug.getmetatable(err) or {}).__tostring then
    text = "the input raised a table: " .. require("lofty.prompt.value").inline(err)
  elseif not ok then
    text = "the input failed, and so did saying how"
  end
  if M.is_unread(session) and text:find("cannot write to standard output: ", 1, true) then return end
  text = run.redact(text):gsub("^input:1: ", "")
  text = text:gsub("[%z\1-\8\11-\31\127]", function(byte) return ("\\x%02x"):format(byte:byte()) end)
  io.stdout:flush()
  local stream = session.interactive and io.stdout or io.stderr
  stream:write(paint(session, "bad", "loftyrun:"), " ", where or "", text, "\n")
  local hint = lofty_error.is_error(err) and err.hint
  if hint then stream:write("hint: ", hint, "\n") end
  local known, code = pcall(session.settings.exit_code, err)
  if session.exit_code == 0 then session.exit_code = known and code or 1 end
end

--- Says what tasks have failed that nobody waits for.
function M.report_unseen(session)
  local unseen = native.unseen()
  for index = 1, unseen.last or 0 do
    local entry = unseen[index]
    if entry then
      unseen[index], unseen.kept = nil, unseen.kept - 1
      M.report(session, entry.error, "in a task that nobody waited for: ")
    end
  end
  if (unseen.more or 0) > 0 then
    M.say(session, ("and %d more tasks failed that nobody waited for"):format(unseen.more))
    unseen.more = 0
  end
end

--- Calls f as a task of its own, so that it can be cancelled; Ctrl-C does.
---@return table outcome { ok, results | error, frames, cancelled }
local function call(f, ...)
  local outcome, arguments = {}, table.pack(...)
  local done = native.signal()
  local handle
  handle = native.start(function()
    local results = table.pack(native.catch(nil, f, table.unpack(arguments, 1, arguments.n)))
    outcome.ok, outcome.results = results[1], table.pack(table.unpack(results, 2, results.n))
    outcome.error = not outcome.ok and results[2]
    outcome.frames = not outcome.ok and frames.of(results[2]) or {}
    outcome.cancelled = native.is_cancelled(handle)
    native.fire(done)
  end)
  confirm.own(handle, confirm.current())
  terminal.input(handle)
  native.wait(done, true)
  terminal.input(nil)
  return outcome
end

--- Shows values; only the first of what a call returns is `_`.
---@param session lofty.prompt.Session
---@param results table packed
function M.print(session, results)
  local columns = pager.size()
  local lines, last = {}, results.n
  -- A call that has no second result has a nil for it.
  while last > 1 and results[last] == nil do last = last - 1 end
  for index = 1, last do
    local ok, more = pcall(require("lofty.prompt.show").lines, results[index], columns, session.colour)
    if not ok then more = { "a value that cannot be shown: " .. tostring(more) } end
    table.move(more, 1, #more, #lines + 1, lines)
  end
  pager.show(lines)
end

local function is_interruption(err, outcome)
  if type(err) == "string" then return err:find("interrupted$") ~= nil end
  return outcome.cancelled and (lofty_error.is_error(err) and err.code == "CANCELLED" and err.outcome ~= "unknown")
end

--- Runs a compiled input and shows what it gives.
---@param session lofty.prompt.Session
---@param f function
---@param kind string "expression" or "statement"
---@param text string
---@return boolean ok
function M.execute(session, f, kind, text, ...)
  local before, calls = require("native.clock").monotonic(), run.requests()
  confirm.begin()
  local outcome = call(f, ...)
  confirm.finish()
  local env = session.scope.env
  if outcome.ok then
    table.insert(session.works, { text = text, kind = kind, results = outcome.results.n })
    if outcome.results.n > 0 then rawset(env, "_", outcome.results[1]) end
    M.print(session, outcome.results)
  elseif is_interruption(outcome.error, outcome) then
    rawset(env, "_err", outcome.error)
    M.say(session, "cancelled")
    if session.exit_code == 0 then session.exit_code = 130 end
  else
    rawset(env, "_err", outcome.error)
    session.frames = outcome.frames
    M.report(session, outcome.error)
  end
  if session.timed then
    local after = run.requests()
    local made = after - calls
    M.say(session, ("(%.3f s, %d call%s)"):format((require("native.clock").monotonic() - before) / 1000, made,
      made == 1 and "" or "s"))
  end
  return outcome.ok
end

--- Compiles and runs a text. Returns whether it is finished: an unfinished one has not run.
---@param session lofty.prompt.Session
---@param text string
---@return boolean finished
---@return boolean|string ok or what Lua says of the end of an unfinished one
function M.input(session, text, chunk_name, ...)
  local f, kind, what = evaluate.compile(session.scope, text, chunk_name)
  if not f and kind == "unfinished" then return false, what end
  session.last = text
  if not f then
    rawset(session.scope.env, "_err", kind)
    M.report(session, kind)
    return true, false
  end
  return true, M.execute(session, f, kind, text, ...)
end

--- Compiles and runs a text behind which nothing comes.
---@param session lofty.prompt.Session
---@param text string
---@return boolean ok
function M.input_whole(session, text, chunk_name, ...)
  local finished, ok = M.input(session, text, chunk_name, ...)
  if finished then return ok end
  local place, what = ok:match("^(.-:%d+: )(.-) near ")
  local named = what and (what:find("expected", 1, true) or what:find("^unfinished"))
  M.report(session, ("%sthe %s ends unfinished%s"):format(place or "", chunk_name and "file" or "input",
    named and not what:find("^unexpected") and ": " .. what or ""))
  return false
end

return M
