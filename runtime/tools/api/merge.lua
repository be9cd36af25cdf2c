--- Lays the hand-kept overrides over what the description says. An override that no longer fits, that changes nothing
--- or that gives no reason is an error: the file is to be read as the list of what Lofty's description gets wrong.
local M = {}

--- As a value in a change: takes the key away.
M.NONE = setmetatable({}, { __name = "api.NONE" })

--- Keys of a row or a specification whose value is a map of specifications by name.
local MAPS = { fields = true, query = true }

local function copy(value)
  if type(value) ~= "table" then return value end
  local same = {}
  for key, member in pairs(value) do same[key] = copy(member) end
  return same
end
M.copy = copy

local function equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not equal(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

--- A named schema in the place of its name, so that one place can differ from the others.
local function resolved(spec, schemas)
  if not spec.ref then return spec end
  local whole = copy(schemas[spec.ref] or error(("there is no schema %s"):format(spec.ref), 0))
  for key, value in pairs(spec) do
    if key ~= "ref" then whole[key] = value end
  end
  return whole
end
M.resolved = resolved

local apply

local function apply_map(specs, changes, schemas, where)
  for name, change in pairs(changes) do
    local there = ("%s.%s"):format(where, name)
    if change.add then
      if specs[name] then error(there .. ": the description has it now, so it need not be added", 0) end
      specs[name] = {}
    elseif not specs[name] then
      error(there .. ": the description has no such name", 0)
    end
    specs[name] = apply(specs[name], change, schemas, there)
  end
end

local function apply_params(params, changes, schemas, where)
  for index, change in pairs(changes) do
    if not params[index] then error(("%s: there is no path parameter %s"):format(where, index), 0) end
    params[index] = apply(params[index], change, schemas, ("%s.%s"):format(where, params[index].name))
  end
end

--- Said to readers, and to this file.
local SAID = { why = true, add = true, narrow = true }

--- Values that the description comes to list itself, perhaps more of them, must not be hidden by an older list of ours.
local function check_enum(has, wants, narrow, where)
  if not has then
    if narrow then error(where .. ": there is no enum to narrow", 0) end
    return
  end
  if not narrow then
    error(where .. ": the description lists the values itself: take enum away, or say narrow = true", 0)
  end
  local known = {}
  for _, value in ipairs(has) do known[value] = true end
  for _, value in ipairs(wants) do
    if not known[value] then error(("%s: %s is none of the values it has"):format(where, tostring(value)), 0) end
  end
end

--- Lays `change` over `spec`: a value replaces, NONE takes away, maps go on inside.
function apply(spec, change, schemas, where)
  spec = resolved(spec, schemas)
  for key, value in pairs(change) do
    if MAPS[key] then
      spec[key] = spec[key] or {}
      apply_map(spec[key], value, schemas, where)
    elseif key == "params" then
      apply_params(spec[key], value, schemas, where)
    elseif key == "body" or key == "of" then
      if not spec[key] then error(where .. ": there is no " .. key, 0) end
      spec[key] = apply(spec[key], value, schemas, where .. "." .. key)
    elseif value == M.NONE then
      if spec[key] == nil then error(("%s: there is no %s to take away"):format(where, key), 0) end
      spec[key] = nil
    elseif not SAID[key] then
      if equal(spec[key], value) then error(("%s: %s is what the description says"):format(where, key), 0) end
      if key == "enum" then check_enum(spec.enum, value, change.narrow, where) end
      spec[key] = copy(value)
    end
  end
  return spec
end
M.apply = apply

--- What no schema can say, so that it needs no reason.
local BEYOND = { page = true, page_size = true, id = true, reply = true, answers = true, order = true, see = true,
  verify = true }

--- Whether a change explains itself: why for readers of this file, or note, habits or hint for users as well. A reason
--- may also stand with each of the fields.
local function check_reason(change, where)
  if type(change) ~= "table" or change == M.NONE then return end
  for _, key in ipairs { "why", "note", "habits", "hint" } do
    if change[key] then return end
  end
  for key, value in pairs(change) do
    if MAPS[key] or key == "params" then
      for name, inner in pairs(value) do check_reason(inner, where .. "." .. name) end
    elseif key == "body" then
      check_reason(value, where .. ".body")
    elseif not BEYOND[key] then
      error(where .. ": give the reason, as why = \"...\"", 0)
    end
  end
end

local function sorted_names(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names)
  return names
end
M.sorted_names = sorted_names

--- Calls `use(name)` for each named schema below a value, as often as it stands there.
local function each_ref(value, use)
  if type(value) ~= "table" then return end
  if type(value.ref) == "string" then use(value.ref) end
  for _, member in pairs(value) do each_ref(member, use) end
end

--- Changes the schemas in place: those that others hold first, since a change may copy what it goes into.
---@param schemas table<string, table>
---@param changes table<string, table>
---@param problems string[]|nil what does not fit is added to it; without it the first problem is raised
function M.schemas(schemas, changes, problems)
  local done = {}
  local function change(name)
    if done[name] then return end
    done[name] = true
    each_ref(schemas[name], change)
    if not changes[name] then return end
    check_reason(changes[name], name)
    schemas[name] = apply(schemas[name], changes[name], schemas, name)
  end
  for _, name in ipairs(sorted_names(changes)) do
    local ok, problem = pcall(function()
      if not schemas[name] then error(name .. ": the description has no such schema", 0) end
      change(name)
    end)
    if not ok and not problems then error(problem, 0) end
    if not ok then problems[#problems + 1] = problem end
  end
end

--- Changes one row in place of the description's.
---@param row table
---@param change table
---@param schemas table<string, table>
---@param name string the operation's
---@return table row
function M.row(row, change, schemas, name)
  check_reason(change, name)
  return apply(row, change, schemas, name)
end

return M
