--- The stages and tags of the account, for completion. They are asked for once in a session, in the background, when
--- somebody first completes one: until the replies are there, there are none.
local native = require "native.task"
local operations = require "lofty.operations"
local run = require "native.run"

local M = {}

local known = { stages = {}, tags = {} }
local wanted = nil ---@type userdata|nil the signal that begins to ask
local asked = false

local function want()
  if asked or not wanted then return end
  asked = true
  native.fire(wanted)
end

---@return string[]
function M.stages()
  want()
  return known.stages
end

---@return string[]
function M.tags()
  want()
  return known.tags
end

local function names_of(list, field)
  local names = {}
  for _, item in ipairs(type(list) == "table" and list or {}) do
    local name = type(item) == "table" and item[field] or item
    if type(name) == "string" then names[#names + 1] = name end
  end
  return names
end

--- Asks, as a call that is made once and is no great matter where it fails.
local function ask(name)
  local row = operations.find(name)
  if not row then return nil end
  local ok, result = pcall(require("lofty.client").send, row, {}, {}, { retries = 0 })
  return ok and result or nil
end

--- Waits, as a task, until somebody wants to know. It is cancelled with the others when the session ends.
function M.serve()
  wanted = native.signal()
  if not native.wait(wanted) or run.settings().base_url == nil then return end
  known.tags = names_of(ask("team.list_tags"), "tagName")
  known.stages = names_of(ask("team.list_pipelines"), "name")
end

return M
