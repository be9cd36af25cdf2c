--- What begins with a dot or a question mark at the prompt: about the session, not for Lua.
local pager = require "lofty.prompt.pager"
local run = require "native.run"
local sessions = require "lofty.prompt.session"

local M = {}

local MOST_LEADS = 1000000 -- of a sandbox

local commands = {}

local function show(session, value)
  sessions.print(session, table.pack(value))
end

local function switch(argument, now)
  if argument == "" then return not now end
  if argument == "on" then return true end
  if argument == "off" then return false end
end

commands.help = { usage = ".help", summary = "this list", run = function()
  local lines = {}
  for _, name in ipairs(M.names()) do
    local command = commands[name:sub(2)]
    lines[#lines + 1] = ("%-22s %s"):format(command.usage, command.summary)
  end
  for _, line in ipairs {
    "",
    "?leads.update          what an operation, a helper, a code or a resource is; ?operations lists them",
    "_  _err                the last result, the last error in full",
    "Tab                    completes; Ctrl-R searches what was typed; Ctrl-C ends the call, Ctrl-D the session",
  } do lines[#lines + 1] = line end
  pager.show(lines)
end }

commands.time = { usage = ".time [on|off|INPUT]", summary = "how long each input takes and how many calls it makes, or this one",
  run = function(session, argument)
    local wanted = switch(argument, session.timed)
    if wanted == nil then
      local before = session.timed
      session.timed = true
      sessions.input_whole(session, argument)
      session.timed = before
    else
      session.timed = wanted
      sessions.say(session, "times are " .. (wanted and "shown" or "not shown"))
    end
  end }

commands.quota = { usage = ".quota", summary = "how many calls Lofty takes from this machine, and how many were made",
  run = function(session)
    local status = require("lofty.quota").status()
    status.calls_of_this_session = run.requests()
    show(session, status)
  end }

--- Another account is another run: nothing that this one knows, ids and variables, is for it.
local function go_on_as(session, wanted)
  if not session.settings.again then
    return sessions.report(session, "this prompt belongs to a run, which stays with its account")
  end
  local ok, message = session.settings.again(wanted)
  if not ok then return sessions.report(session, message) end
  session.over = true
end

local function now(session)
  local settings = run.settings()
  return { profile = settings.profile, seed = session.settings.seed, dry_run = settings.dry_run }
end

commands.profile = { usage = ".profile [NAME]", summary = "the account in use; with a name, a new session with another one",
  run = function(session, argument)
    local settings = run.settings()
    if argument == "" then
      return show(session, { profile = settings.profile or "(none)", base_url = settings.base_url,
        sandbox = settings.sandbox, dry_run = settings.dry_run })
    end
    go_on_as(session, { profile = argument, dry_run = settings.dry_run })
  end }

commands.sandbox = { usage = ".sandbox [SEED|off]", summary = "a new session against a pretend Lofty: demo, empty, large:N",
  run = function(session, argument)
    local wanted = now(session)
    wanted.seed = argument ~= "off" and (argument ~= "" and argument or "demo") or nil
    local size = wanted.seed and tonumber(wanted.seed:match "^large:(%d+)$") or 0
    if wanted.seed and wanted.seed ~= "demo" and wanted.seed ~= "empty" and (size < 1 or size > MOST_LEADS) then
      return sessions.report(session, ".sandbox: expected demo, empty, large:N with N from 1 to 1000000, or off, got "
        .. argument)
    end
    go_on_as(session, wanted)
  end }

commands.dry = { usage = ".dry [on|off]", summary = "a new session that only plans what is written, and prints the plan at its end",
  run = function(session, argument)
    local wanted = now(session)
    wanted.dry_run = switch(argument, wanted.dry_run)
    if wanted.dry_run == nil then return sessions.report(session, ".dry: expected on or off, got " .. argument) end
    if wanted.dry_run == run.settings().dry_run then
      return sessions.say(session, "this session is " .. (wanted.dry_run and "a dry run" or "no dry run"))
    end
    go_on_as(session, wanted)
  end }

--- Whether an expression can stand by itself, as a call can.
local function is_statement(text) return load(text) ~= nil end

--- A session's inputs as a script.
---@param works { text: string, kind: string, results: integer }[]
---@return string
function M.script(works)
  local lines, uses_last = { 'local lofty = require "lofty"', "" }, {}
  local last, is_named
  for index, work in ipairs(works) do
    -- The result before it is named where an input speaks of it.
    if (" " .. work.text .. " "):find("[^%w_.:]_[^%w_]") then
      is_named = true
      if last then uses_last[last] = true end
    end
    if work.results > 0 then last = index end
  end
  if is_named then lines[2] = "local _" lines[3] = "" end
  for index, work in ipairs(works) do
    local text = work.text:gsub("^%s*=", "")
    if not require("lofty.prompt.secrets").may_be_kept((text:gsub("^%s+", ""))) then
      text = "-- a line that may hold a secret was left out"
    elseif (" " .. text .. " "):find("[^%w_.:]_err[^%w_]") then
      text = "-- a line about _err, which is the prompt's alone, was left out"
    elseif work.kind == "expression" and text:find("%S") and not text:find("^%s*%-%-") then
      if uses_last[index] then text = "_ = " .. text
      elseif not is_statement(text) then text = ("print(%s)"):format(text) end
    elseif not load(text .. "\n;local _") then
      -- It ends with a return, behind which a script would end.
      text = ("%s(function()\n%s\nend)()"):format(uses_last[index] and "_ = " or "", text)
    end
    -- A parenthesis would call what stands before it.
    lines[#lines + 1] = text:find("^%s*%(") and ";" .. text or text
  end
  return table.concat(lines, "\n") .. "\n"
end

commands.save = { usage = ".save FILE", summary = "the inputs that worked, as a script; .save! writes over a file",
  run = function(session, argument, force)
    if argument == "" then return sessions.report(session, ".save: expected the name of a file") end
    local existing = not force and io.open(argument, "rb")
    if existing then
      existing:close()
      return sessions.report(session, ("%s exists; .save! %s writes over it"):format(argument, argument))
    end
    local file, why = io.open(argument, "wb")
    if not file then return sessions.report(session, why) end
    local ok, problem = file:write(M.script(session.works))
    local closed, late = file:close()
    if not ok or not closed then return sessions.report(session, problem or late) end
    sessions.say(session, ("%d inputs are in %s"):format(#session.works, argument))
  end }

local function read_file(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local text, problem = file:read("a")
  file:close()
  return text, problem and ("%s: %s"):format(path, problem)
end

commands.load = { usage = ".load FILE", summary = "runs a file; its locals stay", run = function(session, argument)
  if argument == "" then return sessions.report(session, ".load: expected the name of a file") end
  local text, why = read_file(argument)
  if not text then return sessions.report(session, why) end
  sessions.input_whole(session, text, "@" .. argument)
end }

commands.edit = { usage = ".edit", summary = "the last input in $VISUAL or $EDITOR, and runs what it becomes",
  run = function(session)
    if not session.interactive then return sessions.report(session, ".edit needs a terminal") end
    local path = os.tmpname()
    local file, why = io.open(path, "wb")
    if not file then return sessions.report(session, why) end
    file:write(session.last or "", "\n")
    file:close()
    local editor = os.getenv "VISUAL" or os.getenv "EDITOR" or "vi"
    local ok = os.execute(editor .. " '" .. path .. "'")
    local text = ok and read_file(path)
    os.remove(path)
    if not text then return sessions.report(session, ("%s failed"):format(editor)) end
    text = text:gsub("%s+$", "")
    if text == "" then return end
    io.stdout:write(text, "\n")
    session.edited = text
    if not sessions.input(session, text) then session.preset = text end
  end }

commands.frames = { usage = ".frames", summary = "the functions that ran where the last error was raised",
  run = function(session)
    if #session.frames == 0 then return sessions.say(session, "nothing has failed in a function") end
    pager.show(require("lofty.prompt.frames").list(session.frames))
  end }

commands.frame = { usage = ".frame N", summary = "the variables of one of them become the session's",
  run = function(session, argument)
    local frame = session.frames[math.tointeger(tonumber(argument)) or 0]
    if not frame then return sessions.report(session, ".frame: expected a number that .frames lists") end
    local names = require("lofty.prompt.frames").open(session.scope, frame)
    sessions.say(session, ("in %s: %s"):format(frame.where, table.concat(names, ", ")))
  end }

commands.quit = { usage = ".quit", summary = "ends the session", run = function(session) session.over = true end }

---@return string[] ".help" and the others, sorted
function M.names()
  local names = {}
  for name in pairs(commands) do names[#names + 1] = "." .. name end
  table.sort(names)
  return names
end

local function help(session, topic)
  if topic == "" then return commands.help.run(session, "") end
  local text, near = require("lofty.help").describe(topic)
  if not text then
    return sessions.report(session, ("nothing is called %s%s"):format(topic,
      near and ("; did you mean %s?"):format(near) or ""))
  end
  local lines = {}
  for line in (text:gsub("\n*$", "\n")):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  pager.show(lines)
end

--- Runs a line that is a command.
---@param session lofty.prompt.Session
---@param line string
function M.run(session, line)
  local topic = line:match("^%s*%?%s*(.-)%s*$")
  if topic then return help(session, topic) end
  local name, force, argument = line:match("^%s*%.(%a+)(!?)%s*(.-)%s*$")
  local command = commands[name]
  if command then return command.run(session, argument, force == "!") end
  local near = require("native.text").nearest("." .. name, M.names())
  sessions.report(session, (".%s is no command%s; .help lists them"):format(name,
    near and ("; did you mean %s?"):format(near) or ""))
end

return M
