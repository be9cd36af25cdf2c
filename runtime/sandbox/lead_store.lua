--- Leads by position. Positions follow the order of creation: 1 is the oldest lead, `count` the newest.
--- A base (large.lua) may compute the first positions from their number; only leads that were changed or added are
--- kept, so a million untouched leads cost nothing.

local codec = require "sandbox.codec"

local M = {}
M.__index = M

--- An empty collection.
---@return table
function M.new()
  return setmetatable({
    count = 0,
    stored = {}, -- position -> lead
    position_by_id = {},
    contacts = {}, -- lower-case address or digits of a number -> positions of kept leads that had it once
    hidden = {}, -- positions no list shows, descending
    base = nil,
  }, M)
end

--- Lays computed leads under the collection; only before anything was added.
---@param base table with count, at(position), position_of(id), find_email(email), find_phone(digits)
function M:set_base(base)
  self.base, self.count = base, base.count
end

--- The lead at a position, as kept or computed. Never change it without `edit`.
---@param position integer 1..count
---@return table
function M:at(position)
  return self.stored[position] or self.base.at(position)
end

--- Position of a lead by id.
---@param id integer
---@return integer|nil
function M:position_of(id)
  return self.position_by_id[id] or (self.base and self.base.position_of(id))
end

--- The lead with this id, in whatever state.
---@param id integer
---@return table|nil lead
---@return integer|nil position
function M:find(id)
  local position = self:position_of(id)
  if position then
    return self:at(position), position
  end
  return nil
end

--- Adds a lead as the newest.
---@param lead table
---@return integer position
function M:add(lead)
  self.count = self.count + 1
  self.stored[self.count] = lead
  self.position_by_id[lead.leadId] = self.count
  self:index(self.count)
  if lead.foreign then
    self:hide(self.count)
  end
  return self.count
end

--- A lead's own copy that may be changed.
---@param position integer
---@return table
function M:edit(position)
  local lead = self.stored[position]
  if not lead then
    lead = self.base.copy(position)
    self.stored[position] = lead
    self:index(position)
  end
  return lead
end

--- Takes a position out of every list (trashed, or somebody else's lead).
---@param position integer
function M:hide(position)
  local at = 1
  while self.hidden[at] and self.hidden[at] > position do
    at = at + 1
  end
  table.insert(self.hidden, at, position)
end

--- True when the caller may see the lead.
---@param lead table
---@return boolean
function M.is_visible(lead)
  return not lead.trashed and not lead.foreign
end

local function contact_keys(lead)
  local keys = {}
  for _, email in ipairs(lead.emails or {}) do
    keys[#keys + 1] = email:lower()
  end
  for _, phone in ipairs(lead.phones or {}) do
    keys[#keys + 1] = codec.phone_digits(phone)
  end
  return keys
end

--- Notes a kept lead's addresses and numbers; call after they changed.
---@param position integer
function M:index(position)
  for _, key in ipairs(contact_keys(self.stored[position])) do
    self.contacts[key] = self.contacts[key] or {}
    self.contacts[key][position] = true
  end
end

local function has(lead, key)
  for _, own in ipairs(contact_keys(lead)) do
    if own == key then
      return true
    end
  end
  return false
end

--- The living lead that a new one with the same e-mail address (in any letter case) or phone number (by its digits)
--- merges into; the oldest if there are several.
---@param lead table with emails and phones
---@return integer|nil position
function M:find_duplicate(lead)
  local best
  local function consider(position, key)
    if position and (not best or position < best) then
      local other = self:at(position)
      best = M.is_visible(other) and has(other, key) and position or best
    end
  end
  for _, key in ipairs(contact_keys(lead)) do
    if key ~= "" then
      for position in pairs(self.contacts[key] or {}) do
        consider(position, key)
      end
      if self.base then
        consider(self.base.find_email(key) or self.base.find_phone(key), key)
      end
    end
  end
  return best
end

return M
