--- What the plan so far does to the things that reads show. It is kept in the run's private copy of the store, so that a
--- plan of a hundred thousand writes needs no more memory than one of ten.
local contact = require "lofty.contact"
local effects = require "lofty.dry.effects"
local json = require "native.json"
local shown = require "lofty.dry.shown"
local store = require "lofty.store"
local unknown = require "lofty.dry.unknown"

local M = {}

local SPACE = "dry run"
local MOST_VALUES = 1000 -- of a member, remembered by themselves

---@class lofty.dry.Entry what is planned for one thing
---@field image table|nil how it was before
---@field set table<string, any>
---@field unknown table<string, boolean>
---@field tags table|nil
---@field deleted boolean|nil
---@field made boolean|nil the plan makes it
---@field lead integer|nil whose it is

local touched = {} ---@type table<string, boolean> kinds with an entry
local joined = {} ---@type table<string, "some"|"all"> kinds of which things come or go, for some leads or for all
local moved = {} ---@type table<string, table<string, table>> by kind and member: values that come or go
local values_joined = {} ---@type table<string, table<string, table>> the same of whole things that come or go
local areas = {} ---@type table<string, "some"|"all"> areas that are changed, of some leads or of all

local function ask(method, ...) return store.ask("dry run", method, SPACE, ...) end

local function read(key)
  local text = ask("get", key)
  return text and json.decode(text, { keep_null = true }) or nil
end

local function write(key, value) ask("put", key, (assert(json.encode(value)))) end

local function key_of(kind, id) return ("%s %s"):format(kind, id) end

---@param kind string
---@param id integer
---@return lofty.dry.Entry|nil
function M.entry(kind, id)
  return touched[kind] and id and read(key_of(kind, id)) or nil
end

local function add_to_list(key, id)
  local list = read(key) or {}
  list[#list + 1] = id
  write(key, json.array(list))
end

--- The leads themselves are in the store.
local function note(set, name, lead)
  if set[name] == "all" then return end
  set[name] = lead and "some" or "all"
  if lead then ask("put", ("of %s %s"):format(name, lead), "") end
end

local function is_noted(set, name, lead)
  if not set[name] then return false end
  return not lead or set[name] == "all" or ask("has", ("of %s %s"):format(name, lead))
end

local function note_value(of, kind, member, value)
  of[kind] = of[kind] or {}
  local values = of[kind][member] or { count = 0, of = {} }
  of[kind][member] = values
  if type(value) == "table" or value == nil or values.count == MOST_VALUES then
    values.any = true
  elseif not values.of[value] then
    values.of[value], values.count = true, values.count + 1
  end
end

--- A thing comes or goes: with which values of the members that lists are chosen by.
local function note_joined(kind, lead, thing)
  note(joined, kind, lead)
  for _, member in pairs(shown.EXACT) do note_value(values_joined, kind, member, rawget(thing, member)) end
end

--- Addresses and numbers of a lead, so that a lookup finds what it would find.
local function index_contacts(id, set)
  for _, email in ipairs(set.emails ~= json.null and set.emails or {}) do
    add_to_list("email " .. email:lower(), id)
  end
  for _, phone in ipairs(set.phones ~= json.null and set.phones or {}) do
    add_to_list("phone " .. (contact.phone(phone) or phone), id)
  end
end

---@param by "email"|"phone"
---@param value string
---@return integer[] leads whose planned changes give them this address or number
function M.with_contact(by, value)
  if not touched.lead then return {} end
  return read(("%s %s"):format(by, by == "email" and value:lower() or value)) or {}
end

local function merge_tags(entry, tags)
  local now = entry.tags or { add = {}, remove = {} }
  if tags.replace then now = { replace = tags.replace, add = {}, remove = {} } end
  local function put(into, out_of, names)
    for _, name in ipairs(names) do
      for index = #out_of, 1, -1 do
        if out_of[index] == name then table.remove(out_of, index) end
      end
      into[#into + 1] = name
    end
  end
  put(now.add, now.remove, tags.add)
  put(now.remove, now.add, tags.remove)
  entry.tags = { replace = now.replace and json.array(now.replace), add = json.array(now.add),
    remove = json.array(now.remove) }
end

--- Takes note of what a write changes.
---@param kind string
---@param id integer
---@param effect table as lofty.dry.effects has it
---@param image table|nil how the thing was before all of it
---@param lead integer|nil
function M.change(kind, id, effect, image, lead)
  local entry = M.entry(kind, id) or { set = {}, unknown = {} }
  entry.image, entry.lead = entry.image or image, entry.lead or lead
  local before = M.laid_over(kind, "", entry, entry.image or {})
  for name, value in pairs(effect.set) do
    note_value(moved, kind, name, rawget(before, name))
    note_value(moved, kind, name, value)
    entry.set[name], entry.unknown[name] = value, nil
  end
  for name in pairs(effect.unknown) do
    note_value(moved, kind, name, nil)
    entry.unknown[name], entry.set[name] = true, nil
  end
  if effect.tags then
    note_value(moved, kind, "tags", nil)
    merge_tags(entry, effect.tags)
    M.change_area("tags")
  end
  if effect.deleted then
    entry.deleted = true
    note_joined(kind, lead or entry.lead, before)
  end
  touched[kind] = true
  write(key_of(kind, id), entry)
  if kind == "lead" then index_contacts(id, effect.set) end
end

--- Takes note of a thing that a write makes.
---@param kind string
---@param id integer a placeholder
---@param set table its members, as far as they are known
---@param tags string[]|nil of a lead
---@param lead integer|nil
function M.make(kind, id, set, tags, lead)
  touched[kind] = true
  for _, name in ipairs(shown.ids[kind]) do set[name] = id end
  write(key_of(kind, id), { made = true, set = set, unknown = {}, lead = lead,
    tags = tags and { replace = json.array(tags), add = {}, remove = {} } or nil })
  note_joined(kind, lead, set)
  add_to_list(("made %s %s"):format(kind, lead or "all"), id)
  if kind == "lead" then index_contacts(id, set) end
end

--- The ids of what was made for a lead, or at all.
---@param kind string
---@param lead integer|nil
---@return integer[]
function M.made(kind, lead)
  return touched[kind] and read(("made %s %s"):format(kind, lead or "all")) or {}
end

--- From now on nobody knows what reads of an area would show.
---@param area string
---@param lead integer|nil
function M.change_area(area, lead) note(areas, area, lead) end

---@param area string
---@param lead integer|nil of which the read tells; nil: of all
---@return boolean
function M.is_changed(area, lead) return is_noted(areas, area, lead) end

--- Whether things of that kind come or go.
---@param kind string
---@param lead integer|nil
---@return boolean
function M.comes_or_goes(kind, lead) return is_noted(joined, kind, lead) end

--- Whether a member of some thing becomes, or was, this value; with no value, whether it changes at all.
---@param kind string
---@param member string
---@param value any
---@return boolean
function M.moves(kind, member, value)
  local values = moved[kind] and moved[kind][member]
  if not values then return false end
  return value == nil or values.any or values.of[value] or false
end

--- Whether a thing that comes or goes may have this value in a member.
---@param kind string
---@param member string
---@param value any
---@return boolean
function M.may_join(kind, member, value)
  local values = values_joined[kind] and values_joined[kind][member]
  return values ~= nil and (values.any or values.of[value] or false)
end

---@param kind string
---@return boolean
function M.is_touched(kind) return touched[kind] or false end

local function tag_list(operation, tags, present, lead)
  local names, list = {}, json.array {}
  local function add(tag)
    if not names[tag.tagName] then list[#list + 1] = tag end
    names[tag.tagName] = true
  end
  local function add_new(name)
    if names[name] then return end
    for _, tag in ipairs(present) do
      if tag.tagName == name then return add(tag) end
    end
    add(unknown.members(operation, { tagName = name, leadId = lead }, { tagId = true, createTime = true,
      updateTime = true, creatorUserId = true, visibleType = true }, "a tag that is added"))
  end
  if tags.replace then
    for _, name in ipairs(tags.replace) do add_new(name) end
  else
    for _, tag in ipairs(present) do add(type(tag) == "table" and tag or { tagName = tag }) end
  end
  for _, name in ipairs(tags.add) do add_new(name) end
  for _, name in ipairs(tags.remove) do
    for index = #list, 1, -1 do
      if list[index].tagName == name then table.remove(list, index) end
    end
  end
  return list
end

local function tag_objects(tags)
  local objects = {}
  for index, tag in ipairs(tags or {}) do objects[index] = type(tag) == "table" and tag or { tagName = tag } end
  return objects
end

--- "lead 5", for messages.
local function called(kind, thing)
  local id = (shown.ids[kind] or {})[1]
  return (kind:gsub("_", " ")) .. (id and thing[id] and (" %s"):format(thing[id]) or "")
end

--- A thing as it is once the plan is done: a copy of what Lofty shows, with what is planned laid over it.
---@param kind string
---@param operation string that shows it
---@param entry lofty.dry.Entry
---@param thing table
---@param members table<string, any>|nil those that the operation shows; of a thing that was made the others are unknown
---@return table
function M.laid_over(kind, operation, entry, thing, members)
  local copy, hidden = {}, {}
  for name, value in pairs(thing) do copy[name] = value end
  for name, value in pairs(entry.set) do
    if not members or members[name] or thing[name] ~= nil then copy[name] = value end
    if value == json.null then copy[name] = nil end
  end
  if entry.tags and (entry.made or thing.tags ~= nil or not members) then
    copy.tags = tag_list(operation, entry.tags, tag_objects(thing.tags), copy.leadId)
  end
  for name in pairs(entry.unknown) do hidden[name] = true end
  for name in pairs(entry.made and members or {}) do
    if copy[name] == nil then hidden[name] = true end
  end
  if kind == "task" and copy.finished ~= nil and entry.set.finishFlag ~= nil then copy.finished = entry.set.finishFlag end
  return unknown.members(operation, copy, hidden, called(kind, copy))
end

--- How a thing was before the plan, as far as it is kept.
---@param kind string
---@param thing table
---@return table
function M.image(kind, thing)
  local kept = effects.KEPT[kind]
  if not kept then return thing end
  local image = {}
  for _, name in ipairs(kept) do image[name] = thing[name] end
  return image
end

return M
