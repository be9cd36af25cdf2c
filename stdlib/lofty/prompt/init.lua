--- The prompt: reads what a person types, runs it and shows what comes of it, until the input ends. What is typed runs as
--- a task; timers, tasks and events of earlier inputs go on meanwhile. The host calls `run` in the place of a script, and
--- `on_error` where one has failed.
local confirm = require "lofty.prompt.confirm"
local frames = require "lofty.prompt.frames"
local native = require "native.task"
local run = require "native.run"
local sessions = require "lofty.prompt.session"
local terminal = require "native.terminal"

local M = {}

local HIGHEST = 16 -- lines of an input that the arrow keys bring back

local handles = setmetatable({}, { __mode = "k" }) ---@type table<userdata, boolean> all tasks

local function prompt_of(session)
  local settings = run.settings()
  local name = settings.sandbox and "sandbox" or settings.profile or "lofty"
  if name == "sandbox" and not settings.sandbox then name = "profile:sandbox" end -- it may be of a live account
  return name:sub(1, 20):gsub("[^%g]", "?") .. (settings.dry_run and " (dry)" or "") .. (session.mark or "") .. "> "
end

local function greet(session)
  if not session.interactive or session.settings.greeted then return end
  local settings = run.settings()
  local where = settings.sandbox and "a pretend Lofty, inside the program"
    or settings.base_url or "a recording"
  sessions.say(session, ("loftyrun on %s. .help explains, Ctrl-D ends."):format(where))
end

--- What was typed in earlier sessions comes back.
local function read_history(session)
  local path = session.settings.history
  if not path then return end
  local entries, _, message = terminal.history(path)
  if not entries then
    session.settings.history = nil
    return sessions.say(session, "what is typed is not kept: " .. message)
  end
  for _, entry in ipairs(entries) do
    if select(2, entry:gsub("\n", "")) < HIGHEST then terminal.remember(entry) end
  end
end

local function remember(session, text)
  if not session.interactive or text:find("^%s*$") or text == session.remembered then return end
  session.remembered = text
  -- One that is higher than the screen could not be drawn.
  if select(2, text:gsub("\n", "")) < HIGHEST then terminal.remember(text) end
  local path = session.settings.history
  if not path or not require("lofty.prompt.secrets").may_be_kept(text) then return end
  local ok, _, message = terminal.append(path, text)
  if ok then return end
  session.settings.history = nil
  sessions.say(session, "what is typed is not kept any more: " .. message)
end

local function open_terminal(session)
  local commands
  local ok, _, message = terminal.open(function(line, cursor)
    commands = commands or require("lofty.prompt.commands").names()
    return require("lofty.prompt.words").complete(session.scope, commands, line:sub(1, cursor))
  end, function(line, cursor)
    return require("lofty.prompt.signature").hint(session.scope, line:sub(1, cursor))
  end)
  if not ok then error(message, 0) end
end

local function is_command(text)
  return text:find("^%s*%.%a") ~= nil or text:find("^%s*%?") ~= nil
end

--- Deals with one line, or with one more of an input that goes over several.
local function take(session, line)
  local text = session.pending and session.pending .. "\n" .. line or line
  if session.pending and line:find("^%s*$") and not session.pending:find("\n") and is_command(session.pending) then
    text, session.pending = session.pending, nil
  end
  if not session.pending and is_command(text) then
    remember(session, text)
    return require("lofty.prompt.commands").run(session, text)
  end
  if not sessions.input(session, text) then
    session.pending = text
    return
  end
  session.pending = nil
  remember(session, text)
end

--- Lines that were pasted wait above the one that is edited, until Enter runs all of them.
local function take_pasted(session, text, prompt, more)
  local lines = {}
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  session.preset = table.remove(lines)
  for _, line in ipairs(lines) do
    io.stdout:write(session.pending and more or prompt, (line:gsub("\t", "    "):gsub("%c", "?")), "\n")
    session.pending = session.pending and session.pending .. "\n" .. line or line
  end
end

--- Reads and runs until the input ends, or the session is to.
local function loop(session)
  local prompt = prompt_of(session)
  local more = (" "):rep(#prompt - 3) .. ">> "
  while not session.over and not sessions.is_unread(session) do
    confirm.ask_queued()
    sessions.report_unseen(session)
    local text = session.preset
    session.preset = nil
    local line, why = terminal.read(session.pending and more or prompt, text)
    confirm.ask_queued()
    if why == "PASTED" then
      take_pasted(session, line, prompt, more)
    elseif why == "UNREADABLE" then
      sessions.report(session, "cannot read standard input: " .. line)
      break
    elseif line then
      take(session, line)
    elseif why == "TOO_LONG" then
      sessions.report(session, "a line is too long")
    elseif why ~= "INTERRUPTED" then
      break
    else
      session.pending = nil
    end
  end
  if session.pending then sessions.input_whole(session, session.pending) end
end

--- What is typed may name a task, so none is kept from being forgotten.
local function watch_tasks()
  local start = native.start
  native.start = function(f)
    local handle = start(f)
    handles[handle] = true
    return handle
  end
end

local function cancel_tasks()
  for handle in pairs(handles) do native.cancel(handle, false) end
end

local function open(settings)
  local session = sessions.new(settings)
  open_terminal(session)
  watch_tasks()
  confirm.open({ asks = settings.asks, colour = session.colour }, function(text) sessions.say(session, text) end)
  if session.interactive then
    native.start(function() pcall(require("lofty.prompt.account").serve) end)
    read_history(session)
  end
  return session
end

--- The scope of what has failed: the innermost function that is the script's.
local function open_frame(session, captured)
  session.frames = captured
  if not captured[1] then return end
  local names = frames.open(session.scope, captured[1])
  sessions.say(session, ("in %s%s; here are %s"):format(captured[1].where,
    captured[1].name and " (" .. captured[1].name .. ")" or "", #names > 0 and table.concat(names, ", ") or "no locals"))
  if #captured > 1 then sessions.say(session, ".frames lists what called it, .frame N goes there") end
end

--- The session of a run.
---@param settings table as host/repl.c gives them
---@param ... string the arguments of the script that is run first
function M.run(settings, ...)
  local session = open(settings)
  greet(session)
  if settings.text then
    local ok = sessions.input_whole(session, settings.text, settings.chunk_name, ...)
    if not ok and session.interactive then open_frame(session, session.frames) end
  end
  loop(session)
  sessions.report_unseen(session)
  terminal.close()
  if session.interactive then
    cancel_tasks()
  elseif session.exit_code ~= 0 then
    settings.fail(session.exit_code)
  end
end

--- The prompt where a run has failed; its error has been told.
---@param settings table
---@param co thread
---@param err any
function M.on_error(settings, co, err)
  local session = open(settings)
  rawset(session.scope.env, "_err", err)
  rawset(session.scope.env, "lofty", require "lofty")
  open_frame(session, frames.joined(err, frames.capture(co, 0)))
  loop(session)
  cancel_tasks()
end

return M
