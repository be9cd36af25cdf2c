--- Whose is what: of two things that are alike, each is one call's. What a create was answered with belongs to it; what
--- was found for a lost one belongs to that. This is known for one run: another process, or a person in the CRM, makes
--- things that look the same as well.
local clock = require "native.clock"
local creates = require "lofty.verify.creates"

local M = {}

--- A thing is looked for no longer than this after its create, so older claims are forgotten.
local GENERATION_MS = 60 * 60 * 1000

local claimed, before, since = {}, {}, nil ---@type table<string, table<integer, boolean>>, same, integer|nil by kind

local begun = 0
local newest = nil ---@type table|nil the latest create without its answer: kind, number, and its neighbours older and newer

--- Whether the thing belongs to a call already.
---@param kind string
---@param id integer
---@return boolean
function M.has(kind, id)
  return claimed[kind] and claimed[kind][id] or before[kind] and before[kind][id] or false
end

--- From now on it belongs to the call at hand.
---@param kind string
---@param id integer
function M.take(kind, id)
  local now = clock.monotonic()
  if not since or now - since > GENERATION_MS then claimed, before, since = {}, claimed, now end
  local ids = claimed[kind]
  if not ids then
    ids = {}
    claimed[kind] = ids
  end
  ids[id] = true
end

--- The number of the latest create.
---@return integer
function M.latest() return begun end

--- Whether a create of that kind up to that number is still without its answer: what is found may be its thing.
---@param kind string
---@param latest integer
---@return boolean
function M.is_pending(kind, latest)
  local entry = newest
  while entry and (entry.kind ~= kind or entry.number > latest) do entry = entry.older end
  return entry ~= nil
end

local ends = { __close = function(entry)
  local older, newer = entry.older, entry.newer
  if older then older.newer = newer end
  if newer then newer.older = older else newest = older end
end }

--- Makes a create, and claims what it was answered with.
---@param row table
---@param send fun(...): any, table|nil
---@param ... any
---@return any result
---@return table|nil metadata
function M.create(row, send, ...)
  local what = creates[row.name]
  begun = begun + 1
  local entry <close> = setmetatable({ kind = what.kind, number = begun, older = newest }, ends)
  if newest then newest.newer = entry end
  newest = entry
  local result, metadata = send(row, ...)
  local id = what.answered(result)
  if id then M.take(what.kind, id) end
  return result, metadata
end

return M
