--- What a file of tests registers while it is loaded: groups, tests, and what is done before and after them.
local misuse = require "lofty.misuse"
local valid = require("lofty.shell.width").valid
local wording = require "lofty.wording"

local M = {}

---@class lofty.test.Group
---@field name string|nil
---@field above lofty.test.Group|nil
---@field settings table
---@field before function[]
---@field after function[]
---@field before_all function[]
---@field after_all function[]

---@class lofty.test.Test
---@field name string with those of its groups: "tags > are merged"
---@field key string by which it is found again when the file is loaded anew, in whatever order
---@field group lofty.test.Group
---@field body function|nil
---@field line integer
---@field pending string|nil why it is not run

local SETTINGS = { seed = true, faults = true, rate_limit = true, clock = true }
local OWN = "@[loftyrun]/"

local function new_group(name, above)
  return { name = name, above = above, settings = {}, before = {}, after = {}, before_all = {}, after_all = {} }
end

M.root = new_group()
M.tests = {} ---@type lofty.test.Test[]
M.is_serial = false
M.is_loaded = false

local here = M.root
local names = {} ---@type table<string, integer> how often each is there

local function line_of_author()
  local level = 2
  local frame = debug.getinfo(level, "Sl")
  while frame do
    if frame.what ~= "C" and frame.currentline > 0 and frame.source:sub(1, #OWN) ~= OWN then return frame.currentline end
    level = level + 1
    frame = debug.getinfo(level, "Sl")
  end
  return 0
end

local function check(what, name, f)
  if M.is_loaded then misuse(what .. ": a test registers no others; call it at the top of the file or in a describe") end
  if name ~= nil and (type(name) ~= "string" or not name:find("%S")) then
    misuse(('%s: the first argument must be a name, got %s'):format(what, wording.describe(name)))
  end
  if type(f) ~= "function" then
    misuse(("%s: %s must be a function, got %s"):format(what, name and "the second argument" or "the argument",
      wording.describe(f)))
  end
end

local function full_name(name)
  local group = here
  while group and group.name do
    name, group = group.name .. " > " .. name, group.above
  end
  return name
end

--- On one line, and as it can be told to another process.
local function plain(name) return (valid(name):gsub("%s+", " ")) end

local function add(name, body, pending)
  local full = full_name(plain(name))
  names[full] = (names[full] or 0) + 1
  M.tests[#M.tests + 1] = { name = full, key = ("%d %s"):format(names[full], full), group = here, body = body,
    line = line_of_author(), pending = pending }
end

--- A group of tests: what `f` registers belongs to it.
---@param name string
---@param f fun()
function M.describe(name, f)
  check("describe", name or "", f)
  local group = new_group(plain(name), here)
  here = group
  f()
  here = group.above
end

--- A test. It passes where `f` returns.
---@param name string
---@param f fun()
function M.it(name, f)
  check("it", name or "", f)
  add(name, f)
end

--- A test that is not run, as a reminder. It is told, and does not fail.
---@param name string
---@param why string|fun()|nil the reason; a test that was `it` may be left as it is
function M.pending(name, why)
  check("pending", name or "", type(why) == "function" and why or print)
  add(name, nil, type(why) == "string" and why or "pending")
end

--- Is called before each test of the file or describe that it stands in, the outer ones first.
---@param f fun()
function M.before_each(f)
  check("before_each", nil, f)
  table.insert(here.before, f)
end

--- Is called after each of them, also where it fails, the inner ones first.
---@param f fun()
function M.after_each(f)
  check("after_each", nil, f)
  table.insert(here.after, 1, f)
end

local function for_all(what, list, f)
  check(what, nil, f)
  if not M.is_serial then
    misuse(what .. ": each test is a process of its own; use before_each, or serial() at the top of the file, which "
      .. "has its tests share one process and one sandbox")
  end
  table.insert(list, f)
end

--- Is called once, before the first test of the file or describe that is run. Only after serial().
---@param f fun()
function M.before_all(f) for_all("before_all", here.before_all, f) end

--- Is called once, after the last of them. Only after serial().
---@param f fun()
function M.after_all(f) for_all("after_all", here.after_all, f) end

--- Says how the tests of the file, or of the describe it stands in, are run.
---@param settings lofty.test.Settings
function M.use(settings)
  check("use", nil, print)
  if type(settings) ~= "table" then
    misuse(('use: expected a table such as { seed = "empty" }, got %s'):format(wording.describe(settings)))
  end
  for key, value in pairs(settings) do
    if not SETTINGS[key] then
      misuse(("use: there is no %s%s"):format(wording.quoted(tostring(key)), wording.suggestion(tostring(key), SETTINGS)))
    end
    if key == "clock" then require("lofty.test.clock").read(value, "use: clock") end
    here.settings[key] = value
  end
end

---@class lofty.test.Settings
---@field seed string|nil what the sandbox holds: "demo", "empty", "large:N"; "demo" where nobody says
---@field faults string|nil what goes wrong with it: "429:5%,cut:1%"
---@field rate_limit string|nil requests it takes: "600/min"
---@field clock string|integer|nil what the time is: "2026-03-09T08:00-07:00", or milliseconds since 1970

--- The settings that hold for a group.
---@param group lofty.test.Group|nil
---@return lofty.test.Settings
function M.settings(group)
  local settings = {}
  while group do
    for key, value in pairs(group.settings) do
      if settings[key] == nil then settings[key] = value end
    end
    group = group.above
  end
  return settings
end

--- The groups that a test is in, the outermost first.
---@param test lofty.test.Test
---@return lofty.test.Group[]
function M.groups(test)
  local groups, group = {}, test.group
  while group do
    table.insert(groups, 1, group)
    group = group.above
  end
  return groups
end

return M
