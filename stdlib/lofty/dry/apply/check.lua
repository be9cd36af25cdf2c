--- Whether an item of a plan may still be done: its target is read again, and must be there and, in the members that the
--- item changes, as it was when the plan was made. What else of it has changed does not matter: a note about another field
--- of a lead must not stop the change of its stage, and times and counters change by themselves. A delete takes all that
--- people have written with it, so for it all of that must be the same.
---
--- Members that an earlier item of the plan changes are not compared: what Lofty makes of what is written, the case of
--- an address say, is not known before. Instead nothing more is done to a target of which an item was refused.
local arrays = require "lofty.arrays"
local digest = require "native.digest"
local effects = require "lofty.dry.effects"
local json = require "native.json"
local lofty_error = require "lofty.error"
local targets = require "lofty.targets"
local time = require "lofty.time"
local wording = require "lofty.wording"

local M = {}

local TIMES = { startAt = true, endAt = true, deadline = true }

local function instant(value)
  local ok, ms = pcall(time.parse, value)
  return ok and ms or nil
end

--- Times are written in more ways than one.
local function same(member, one, other)
  if one == nil or other == nil then return one == other end
  if digest.of { one } == digest.of { other } then return true end
  local ms = TIMES[member] and instant(one)
  return ms ~= nil and ms ~= false and ms == instant(other)
end

local function shown(value)
  if value == nil then return "not set" end
  local text = json.encode(value) or tostring(value)
  return #text > 80 and text:sub(1, 77) .. "..." or text
end

--- The members that are not as they were, in words; nil where all are.
local function difference(item, now)
  local unsure, said = arrays.set(item.unsure), {}
  local names = {}
  for name in pairs(item.before) do names[name] = true end
  for name in pairs(now) do names[name] = true end
  for _, name in ipairs(wording.sorted_keys(names)) do
    if not unsure[name] and not same(name, item.before[name], now[name]) then
      said[#said + 1] = ("%s was %s and is %s"):format(name, shown(item.before[name]), shown(now[name]))
    end
  end
  return #said > 0 and table.concat(said, "; ") or nil
end

--- Whether the thing is as the item leaves it: it was in doubt whether it was done, and it was.
local function is_done(effect, thing)
  if effect.deleted then return false end
  for name, value in pairs(effect.set) do
    if not same(name, thing[name], value) then return false end
  end
  local tags = effect.tags
  if not tags then return true end
  local has = arrays.set(effects.pick("lead", { tags = true }, thing).tags)
  for _, names in ipairs { tags.replace or {}, tags.add } do
    for _, name in ipairs(names) do
      if not has[name] then return false end
    end
  end
  for _, name in ipairs(tags.remove) do
    if has[name] then return false end
  end
  return true
end

--- Reads the target. Nil and what it says where it is not there.
local function read(target)
  local thing, err = lofty_error.try(targets.read, target)
  if err and target.kind == "property_address" and err:is("RESOURCE_NOT_EXIST") then return {} end
  if err and err.category ~= "not_found" then error(err, 0) end
  if thing ~= nil then return thing end
  return nil, ("%s %d is gone"):format(target.kind:gsub("_", " "), target.id)
end

--- Looks at the target of an item.
---@param item table with the real ids
---@param row table its operation
---@param in_doubt boolean whether an application that was ended may have done it
---@return "go"|"done"|"no" verdict
---@return string|nil why not
function M.look(item, row, in_doubt)
  if not item.target or item.target.made or not item.before then return "go" end
  local effect = effects.of(row, item.parameters or {}, item.fields or {})
  local thing, gone = read(item.target)
  if not thing then
    if in_doubt and effect.deleted then return "done" end
    return "no", gone
  end
  local other = difference(item, effects.pick(item.target.kind, effect.members, thing))
  if not other or in_doubt and is_done(effect, thing) then return "go" end
  return "no", ("%s %d has changed since: %s"):format(item.target.kind:gsub("_", " "), item.target.id, other)
end

return M
