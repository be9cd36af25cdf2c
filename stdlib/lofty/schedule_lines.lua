--- The `schedule` lines of a profile, checked as lofty.on.schedule checks its own (runtime/host/profile_schedule.h has the
--- form in which they come here). What they name are scripts, each run as `loftyrun run` would: nothing of them runs here,
--- they are only compiled.
require "lofty.on" -- which brings the checks
local digest = require "native.digest"
local registry = require "lofty.registry"
local wording = require "lofty.wording"

local M = {}

local CALLER = "lofty.on.schedule: "

---@param profile string
---@param number integer of the line
local function fail(profile, number, message)
  error(("config.lua: profile %s: schedule, line %d: %s"):format(profile, number, message), 0)
end

local function option_value(word)
  local kind, text = word:sub(1, 1), word:sub(2)
  if kind == "n" then return tonumber(text) end
  if kind == "b" then return text == "true" end
  return text
end

--- The words up to the empty one that ends a line; where the next line begins.
local function read_line(words, at)
  local line = { expression = words[at], file = words[at + 1], arguments = {}, options = {} }
  at = at + 2
  while words[at] ~= "" do
    if words[at] == "arg" then line.arguments[#line.arguments + 1] = words[at + 1]
    else line.options[words[at]] = option_value(words[at + 1]) end
    at = at + 2
  end
  return line, at + 1
end

--- The text of a script that compiles, or what is wrong with it.
local function read_script(path)
  if path:sub(1, 1) ~= "/" then return nil, ("the script's path must begin with /, got %s"):format(wording.quoted(path)) end
  local file, why = io.open(path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  if not text then return nil, ("cannot read %s"):format(why or path) end
  local code = text:gsub("^\xEF\xBB\xBF", ""):gsub("^#[^\n]*", "")
  local chunk, message = load(code, "@" .. path, "t")
  if not chunk then return nil, message end
  return text
end

local function hexadecimal(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

--- Called by the host with the profile's name and the words of its lines.
---@param profile string
---@param ... string
function M.register(profile, ...)
  local words, at, number, lines = { ... }, 1, 0, {}
  while words[at] do
    local line
    line, at = read_line(words, at)
    number = number + 1
    local fine, name, registration = pcall(registry.check_schedule, line.expression, line.options)
    if not fine then fail(profile, number, (tostring(name):gsub("^.-" .. CALLER, ""))) end
    if lines[name] then
      fail(profile, number, ("the name %s is taken by line %d"):format(wording.quoted(name), lines[name]))
    end
    local text, problem = read_script(line.file)
    if not text then fail(profile, number, problem) end
    for _, argument in ipairs(line.arguments) do
      if argument:find("\n") then fail(profile, number, "an argument holds a line end") end
    end
    lines[name] = number
    registration.file, registration.digest = line.file, hexadecimal(digest.sha256(text))
    registration.arguments = table.concat({ "file", table.unpack(line.arguments) }, "\n")
    registry.add("schedule", "schedule", name, registration, M.register)
  end
end

return M
