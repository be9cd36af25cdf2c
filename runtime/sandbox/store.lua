--- The state of one box: counters for ids, tags, tasks, notes, subscriptions, issued tokens. Leads have a file of
--- their own, lead_store.lua, because there may be a million of them.

local lead_store = require "sandbox.lead_store"

local M = {}
M.__index = M

-- First id and distance between ids of each kind: 15 and 16 digits, so that a client which reads them as floats
-- prints them wrongly somewhere.
local ID_RANGES = {
  lead = { 1187300000000003, 1021 }, lead_user = { 1287300000000011, 1021 }, task = { 2100400000000017, 37 },
  note = { 1405000000000021, 13 }, timeline = { 1406700000000033, 29 }, webhook = { 1510900000000041, 53 },
  property = { 1620000000000057, 61 }, tag = { 770100000000001, 3 }, inquiry = { 1730000000000009, 17 },
}

--- An empty store.
---@param now fun(): integer epoch milliseconds
---@return table
function M.new(now)
  return setmetatable({
    now = now,
    counters = {},
    tag_definitions = {}, -- in order of creation
    tag_by_name = {},
    tasks = {}, -- by id
    notes = {}, -- by noteId
    webhooks = {}, -- in order of creation
    tokens = {}, -- access token -> epoch ms of expiry
    refresh_tokens = {},
    used_codes = {},
    leads = lead_store.new(now),
  }, M)
end

--- A fresh id.
---@param kind string a row of ID_RANGES
---@return integer
function M:next_id(kind)
  local n = self.counters[kind] or 0
  self.counters[kind] = n + 1
  local range = ID_RANGES[kind]
  return range[1] + n * range[2]
end

--- The team's definition of a tag, created when the name is new.
---@param name string
---@param created? integer epoch ms, now when absent
---@return table { id, name, created }
function M:tag(name, created)
  local tag = self.tag_by_name[name]
  if not tag then
    tag = { id = self:next_id("tag"), name = name, created = created or self.now() }
    self.tag_by_name[name] = tag
    self.tag_definitions[#self.tag_definitions + 1] = tag
  end
  return tag
end

return M
