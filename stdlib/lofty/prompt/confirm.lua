--- Before what was typed writes to a live account, its first write is shown, and whoever typed is asked, once: a yes is
--- for all that this input writes, also in tasks that it has started. A no is CANCELLED in the script, and nothing is sent.
---
--- An input's tasks may write while the next line is being typed. Then nobody is asked in the middle of a word: they wait
--- until the line has been entered.
local client = require "lofty.client"
local effects = require "lofty.dry.effects"
local lofty_error = require "lofty.error"
local native = require "native.task"
local overlay = require "lofty.dry.overlay"
local run = require "native.run"
local targets = require "lofty.targets"
local terminal = require "native.terminal"
local writes = require "lofty.writes"

local M = {}

---@class lofty.prompt.Input what was typed, and what has been said of its writes
---@field answer "yes"|"no"|nil
---@field waiting userdata[] signals of those who wait for the answer
---@field asking boolean|nil

local always = false
local current = nil ---@type lofty.prompt.Input|nil what runs while nobody types
local inputs = setmetatable({}, { __mode = "k" }) ---@type table<userdata, lofty.prompt.Input> by task
local queued = {} ---@type lofty.prompt.Input[] that want to ask once nobody types
local colour, show = false, nil ---@type boolean, (fun(text: string))|nil

--- The thing that a write changes, as it is now: one read, which a person is worth.
local function image_of(row, values, fields)
  local target = targets.of(row, values, fields)
  if not target then return nil end
  local thing = lofty_error.try(targets.read, target)
  return target, type(thing) == "table" and overlay.image(target.kind, thing) or nil
end

local function name_of(lead)
  local row = require("lofty.operations").find("leads.get")
  local found = lofty_error.try(client.call, row.name, row, lead)
  if type(found) ~= "table" then return nil end
  return ((found.firstName or "") .. " " .. (found.lastName or "")):match("^%s*(.-)%s*$")
end

--- A write as a dry run would show it.
---@param row table
---@param path string
---@param values any[]
---@param fields table
---@return string
function M.describe(row, path, values, fields)
  local item = { ["do"] = "write", operation = row.name, parameters = #values > 0 and values or nil,
    fields = next(fields) ~= nil and fields or nil }
  local target, image = image_of(row, values, fields)
  if image then
    local ok, effect = pcall(effects.of, row, values, fields)
    item.before = ok and effects.pick(target.kind, effect.members, image) or image
  end
  item.target = target
  local lead = target and target.kind == "lead" and target.id or image and image.leadId
    or require("lofty.dry.shown").lead_of(row, values, fields)
  if math.type(lead) == "integer" then
    local name = image and target.kind == "lead"
      and ((image.firstName or "") .. " " .. (image.lastName or "")):match("^%s*(.-)%s*$") or name_of(lead)
    item.lead = { id = lead, name = name }
  end
  local preview = require("lofty.dry.show").new(colour)
  local lines = preview:lines(item)
  for index, line in ipairs(lines) do lines[index] = "  " .. line end
  return ("%s %s, %s\n%s"):format(row.method, path, row.name, table.concat(lines, "\n"))
end

local function refuse(row, path, message, hint)
  error(lofty_error.new { code = "CANCELLED", message = message, outcome = "not_sent", operation = row.name,
    method = row.method, path = path, hint = hint }, 0)
end

local ANSWERS = { y = "yes", Y = "yes", n = "no", N = "no", a = "always", A = "always", ["\27"] = "no", ["\4"] = "no",
  q = "no" }

--- Asks until there is an answer. A question that cannot be answered is a no.
local function ask(text)
  io.stdout:write(text, "\nSend it, and what else this input writes? [y]es, [n]o, [a]lways in this session: ")
  io.stdout:flush()
  while true do
    local key = terminal.key()
    local answer = ANSWERS[key or "n"]
    if answer then
      io.stdout:write(answer, "\n")
      return answer
    end
  end
end

local function answered(input, answer)
  if answer == "always" then always, answer = true, "yes" end
  input.answer, input.asking, input.text = answer, nil, nil
  for _, signal in ipairs(input.waiting) do native.fire(signal) end
  input.waiting = {}
end

local function wait_for(input, row, path)
  local signal = native.signal()
  table.insert(input.waiting, signal)
  if not native.wait(signal) then refuse(row, path, "it was cancelled before anybody was asked") end
end

--- Called by lofty.writes before a write is made.
local function confirm(row, path, values, fields)
  local handle = native.current()
  local input = handle and inputs[handle] or current
  if always or not input then return end
  if not terminal.interactive() then
    refuse(row, path, "it would write to a live account, and there is no terminal to ask at",
      "--no-confirm writes without asking; --sandbox and --dry-run write nothing")
  end
  while not input.answer do
    if input.asking then
      wait_for(input, row, path)
    elseif input == current then
      input.asking = true
      local ok, text = pcall(M.describe, row, path, values, fields)
      -- What is typed ahead must not be the answer; terminal.key forgets it.
      local asked, answer = pcall(ask, ok and text or row.name)
      answered(input, asked and answer or "no")
    else
      input.asking = true
      local ok, text = pcall(M.describe, row, path, values, fields)
      input.text = ok and text or row.name
      table.insert(queued, input)
      if show then show(("a task wants to write (%s); you are asked after this line"):format(row.name)) end
      wait_for(input, row, path)
    end
    if always then return end
  end
  if input.answer == "no" then refuse(row, path, "you said no", "the answer y sends it") end
end

--- Asks what has been waiting while a line was typed.
function M.ask_queued()
  while #queued > 0 do
    local input = table.remove(queued, 1)
    if input.text then answered(input, always and "yes" or ask(input.text)) end
  end
end

--- From now on what runs is a new input.
---@return lofty.prompt.Input
function M.begin()
  current = { waiting = {} }
  return current
end

--- The input has ended; its tasks may go on.
function M.finish()
  current = nil
end

---@return lofty.prompt.Input|nil
function M.current()
  return current
end

--- Gives a task to an input.
---@param handle userdata
---@param input lofty.prompt.Input|nil
function M.own(handle, input)
  inputs[handle] = input
end

--- Has writes be asked about, unless the account is no live one. What tasks start belongs to the input that they are of.
---@param settings { asks: boolean, colour: boolean }
---@param say fun(text: string)
function M.open(settings, say)
  colour, show = settings.colour, say
  local start = native.start
  native.start = function(f)
    local own = native.current()
    local handle = start(f)
    inputs[handle] = own and inputs[own] or current
    return handle
  end
  if settings.asks and not run.settings().sandbox and not run.settings().dry_run then writes.confirm = confirm end
end

return M
