--- The things that a run has changed, as they are now. While something is only looked at, what taking back the later
--- writes would make of them comes on top; while it is done each is read anew.
local attempts = require "lofty.undo.attempts"
local clock = require "native.clock"
local null = require("native.json").null
local settle = require "lofty.settle"
local targets = require "lofty.targets"
local try = require("lofty.error").try

local M = {}

--- Things read that are remembered; a lead has a few KB.
local MOST = 500
--- So many times a thing is followed that was made again; where ids came again it would be for ever.
local MOST_TIMES = 100
--- For so many milliseconds after a create what it made may not show yet; so many seconds it is waited for.
local LATE_MS, LATE_SECONDS = 60000, 10
--- With which code it is missed until then, by kind; other things show at once.
local LATE = { note = "RESOURCE_NOT_EXIST", manual_log = "RESOURCE_NOT_EXIST" }

---@class lofty.undo.World
---@field looking boolean nothing is changed
---@field things table<string, table|false> as they were read; false: not there
---@field order string[]
---@field changes table<string, table|false> what comes on top
---@field ids table<string, integer> of things that were made again
local World = {}
World.__index = World

---@param looking boolean
---@return lofty.undo.World
function M.new(looking)
  return setmetatable({ looking = looking, things = {}, order = {}, changes = {}, ids = {} }, World)
end

local function key_of(target) return ("%s %d"):format(target.kind, target.id) end

--- Reads a thing; nil where it is not there. Raises what else goes wrong.
local function fetch(target, late)
  local thing, err
  if late then
    thing, err = try(settle.read, late, LATE_SECONDS, targets.read, target)
  else
    thing, err = try(targets.read, target)
  end
  if err and err.category ~= "not_found" then error(err, 0) end
  return thing
end

--- The target under its present id, where it was deleted and made again: by this run, or by earlier ones, several times
--- perhaps.
---@param target lofty.Target
---@return lofty.Target
---@return integer|nil when it was made again
function World:present(target)
  local id, made = target.id, nil
  for _ = 1, MOST_TIMES do
    local new, at = self.ids[("%s %d"):format(target.kind, id)], clock.now()
    if not new then new, at = attempts.remade(target.kind, id) end
    if not new or new == id then break end
    id, made = new, at
  end
  if id == target.id then return target end
  local arguments = {}
  for index, argument in ipairs(target.arguments) do arguments[index] = argument == target.id and id or argument end
  return { kind = target.kind, id = id, read = target.read, arguments = arguments, among = target.among }, made
end

function World:remember(key, thing)
  if #self.order >= MOST then self.things[table.remove(self.order, 1)] = nil end
  self.order[#self.order + 1], self.things[key] = key, thing
end

--- A thing as it is now; nil where it is not there.
---@param target lofty.Target
---@param made integer|nil when this run made it
---@return table|nil
function World:read(target, made)
  local key = key_of(target)
  local change = self.changes[key]
  if change == false then return nil end
  local thing = self.things[key]
  if thing == nil then
    local present, again = self:present(target)
    local since = again or made
    local is_young = since and clock.now() - since < LATE_MS
    thing = fetch(present, is_young and LATE[target.kind] or nil) or false
    if self.looking then self:remember(key, thing) end
  end
  if not change then return thing or nil end
  if not thing and not change.whole then return nil end
  local now = {}
  for name, value in pairs(thing or {}) do now[name] = value end
  for name, value in pairs(change.members) do
    if value == null then now[name] = nil else now[name] = value end
  end
  return now
end

--- A write was looked at, or taken back: what comes of it.
---@param target lofty.Target
---@param becomes table|false
---@param id integer|nil the new id of what was made again
function World:become(target, becomes, id)
  local key = key_of(target)
  if id then self.ids[key] = id end
  if not self.looking then return end
  if becomes == false then
    self.changes[key] = false
    return
  end
  local change = self.changes[key] or { members = {}, whole = self.things[key] == false }
  self.changes[key] = change
  for name, value in pairs(becomes) do change.members[name] = value end
end

--- Arguments of a call on it, with its present id.
---@param target lofty.Target
---@param values any[]
---@return any[]
function World:arguments(target, values)
  local id, present = self:present(target).id, {}
  for index, value in ipairs(values) do present[index] = value == target.id and id or value end
  return present
end

--- What it is, and whose: 'lead 5, Ada Lovelace'.
---@param target lofty.Target
---@param thing table|nil
---@return string what
---@return string|nil whose
function M.describe(target, thing)
  local what = ("%s %d"):format((target.kind:gsub("_", " ")), target.id)
  if not thing then return what end
  local whose = thing.leadName
  if target.kind == "lead" then whose = ("%s %s"):format(thing.firstName or "", thing.lastName or "") end
  whose = type(whose) == "string" and whose:match("^%s*(.-)%s*$") or ""
  if whose == "" and target.kind ~= "lead" and math.type(thing.leadId) == "integer" then
    whose = ("lead %d"):format(thing.leadId)
  end
  return what, whose ~= "" and whose or nil
end


return M
