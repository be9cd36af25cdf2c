--- Which leads a GET /v1.0/leads asks for. All filters must hold; inside one filter the names are alternatives,
--- except in allTags.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"

local M = {}

local function role_filters(query)
  local text = params.text(query, "roleAssigneeFilters")
  if not text then
    return nil
  end
  local filters = json.decode(text)
  wire.demand(type(filters) == "table" and json.is_array(filters), "INVALID_PARAMETER")
  for _, filter in ipairs(filters) do
    wire.demand(type(filter) == "table" and type(filter.roleName) == "string"
      and type(filter.assigneeToIds) == "table", "INVALID_PARAMETER")
  end
  return filters
end

--- Reads the documented filters from a query; anything else in it is ignored, as Lofty does.
--- groupIds is only checked: every lead of a box is in the caller's office.
---@param query table list of {name, value}
---@return table filter plain data, empty when nothing restricts
function M.read(query)
  for _, id in ipairs(params.list(query, "groupIds") or {}) do
    params.parse_integer(id)
  end
  params.boolean(query, "querySubGroup")
  local email, phone, key = params.text(query, "email"), params.text(query, "phone"), params.text(query, "key")
  local filter = {
    stage = params.list(query, "stage"), source = params.list(query, "source"),
    languages = params.list(query, "languages"),
    segments = params.list(query, "segments") or params.list(query, "groups"),
    all_tags = params.list(query, "allTags"), any_tags = params.list(query, "anyTags"),
    assignedUserId = params.integer(query, "assignedUserId"), contacted = params.boolean(query, "contacted"),
    email = email and email:lower(), phone = phone and codec.phone_digits(phone), key = key and key:lower(),
    roles = role_filters(query),
  }
  if email or phone then
    filter.precise = params.boolean(query, "preciseSearchFlag", false)
  end
  return filter
end

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do
    set[name] = true
  end
  return set
end

local function one_of(field, default)
  return function(names)
    local set = set_of(names)
    return function(lead)
      return set[lead[field] or default] or false
    end
  end
end

local function has_tags(names, all)
  return function(lead)
    local own = {}
    for _, tag in ipairs(lead.tags) do
      own[tag.name] = true
    end
    for _, name in ipairs(names) do
      if (own[name] or false) ~= all then
        return not all
      end
    end
    return all
  end
end

-- Tests a list of texts, each brought to its comparable form, against one: the same or, loosely, containing it.
local function any_matches(items, normal, wanted, precise)
  for _, item in ipairs(items) do
    local text = normal(item)
    if wanted ~= "" and (text == wanted or (not precise and text:find(wanted, 1, true))) then
      return true
    end
  end
  return false
end

local function matches_key(lead, key)
  local digits = codec.phone_digits(key)
  local name = (lead.firstName .. " " .. (lead.lastName or "")):lower()
  return name:find(key, 1, true) ~= nil
    or any_matches(lead.emails, string.lower, key, false)
    or (#digits >= 3 and not key:find("%a") and any_matches(lead.phones, codec.phone_digits, digits, false))
end

local function has_role(lead, wanted)
  local user = lead.roles and lead.roles[wanted.roleName]
  if wanted.roleName == "Agent" then
    user = lead.assignedUserId
  end
  for _, id in ipairs(wanted.assigneeToIds) do
    if id == user then
      return true
    end
  end
  return false
end

-- One maker of a test per filter.
local tests = {
  stage = one_of("stage"), source = one_of("source"), languages = one_of("language", "en"),
}
function tests.assignedUserId(id)
  return function(lead) return lead.assignedUserId == id end
end
function tests.contacted(wanted)
  return function(lead) return (lead.touched ~= nil) == wanted end
end
function tests.all_tags(names) return has_tags(names, true) end
function tests.any_tags(names) return has_tags(names, false) end
function tests.segments(names)
  local set = set_of(names)
  return function(lead)
    for _, name in ipairs(lead.segments or {}) do
      if set[name] then
        return true
      end
    end
    return false
  end
end
function tests.email(wanted, filter)
  return function(lead) return any_matches(lead.emails, string.lower, wanted, filter.precise) end
end
function tests.phone(wanted, filter)
  return function(lead) return any_matches(lead.phones, codec.phone_digits, wanted, filter.precise) end
end
function tests.key(key)
  return function(lead) return matches_key(lead, key) end
end
function tests.roles(filters)
  return function(lead)
    for _, wanted in ipairs(filters) do
      if not has_role(lead, wanted) then
        return false
      end
    end
    return true
  end
end

--- One function that says whether a lead passes.
---@param filter table from `read`, possibly through JSON
---@return fun(lead: table): boolean
function M.compile(filter)
  local list = {}
  for name, wanted in pairs(filter) do
    if tests[name] then
      list[#list + 1] = tests[name](wanted, filter)
    end
  end
  return function(lead)
    for _, passes in ipairs(list) do
      if not passes(lead) then
        return false
      end
    end
    return true
  end
end

return M
