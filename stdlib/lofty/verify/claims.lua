--- Whose is what: of two things that are alike, each is one call's. What a create was answered with belongs to it; what
--- was found for a lost one belongs to that. This is known for one run: another process, or a person in the CRM, makes
--- things that look the same as well.
local clock = require "native.clock"
local creates = require "lofty.verify.creates"

local M = {}

--- A thing is looked for no longer than this after its create, so older claims are forgotten.
local GENERATION_MS = 60 * 60 * 1000

local claimed, before, since = {}, {}, nil ---@type table<string, boolean>, table<string, boolean>, integer|nil

local begun = 0
local under_way = {} ---@type table<string, table<integer, boolean>> by kind: numbers of creates without their answer

local function key_of(kind, id) return kind .. " " .. tostring(id) end

--- Whether the thing belongs to a call already.
---@param kind string
---@param id integer
---@return boolean
function M.has(kind, id)
  local key = key_of(kind, id)
  return claimed[key] or before[key] or false
end

--- From now on it belongs to the call at hand.
---@param kind string
---@param id integer
function M.take(kind, id)
  local now = clock.monotonic()
  if not since or now - since > GENERATION_MS then claimed, before, since = {}, claimed, now end
  claimed[key_of(kind, id)] = true
end

--- The number of the latest create.
---@return integer
function M.latest() return begun end

--- Whether a create of that kind up to that number is still without its answer: what is found may be its thing.
---@param kind string
---@param latest integer
---@return boolean
function M.is_pending(kind, latest)
  for number in pairs(under_way[kind] or {}) do
    if number <= latest then return true end
  end
  return false
end

local ends = { __close = function(entry) under_way[entry.kind][entry.number] = nil end }

--- Makes a create, and claims what it was answered with.
---@param row table
---@param send fun(...): any, table|nil
---@param ... any
---@return any result
---@return table|nil metadata
function M.create(row, send, ...)
  local what = creates[row.name]
  begun = begun + 1
  local entry <close> = setmetatable({ kind = what.kind, number = begun }, ends)
  under_way[what.kind] = under_way[what.kind] or {}
  under_way[what.kind][entry.number] = true
  local result, metadata = send(row, ...)
  local id = what.answered(result)
  if id then M.take(what.kind, id) end
  return result, metadata
end

return M
