--- Calls of operations, of the iterators over their lists and of helpers: what comes by position, and the table.
local check = require "lofty.check"
local client = require "lofty.client"
local fields = require "lofty.checks.fields"
local helpers = require "lofty.helpers"
local operations = require "lofty.operations"
local plans = require "lofty.plan"
local values = require "lofty.checks.values"

local M = {}

---@class lofty.checks.Thing what a path in lofty stands for
---@field name string as messages have it
---@field row table|nil of an operation
---@field helper table|nil
---@field each boolean|nil whether it goes over all pages of the row's list

local things ---@type table<string, lofty.checks.Thing>

local function collect()
  things = {}
  for _, resource in ipairs(operations.resources) do
    for verb, row in pairs(operations.rows(resource)) do
      things[row.name] = { name = row.name, row = row }
      local each = resource .. "." .. operations.each_name(verb)
      if row.page then things[each] = { name = each, row = row, each = true } end
    end
  end
  for _, helper in ipairs(helpers.list()) do things[helper.name] = { name = helper.name, helper = helper } end
end

--- What a path stands for; nil where it is none of these.
---@param path string such as "leads.update"
---@return lofty.checks.Thing|nil
function M.find(path)
  if not things then collect() end
  return things[path]
end

--- Something to pass where a value is not known.
local function model_of(script, node, fallback)
  local value = fields.value_of(script, node)
  if value ~= fields.UNKNOWN then return value end
  local known = values.of(script, node)
  return known and known.is == "table" and {} or fallback
end

local OPTION_MODELS = { unchecked = true, verify = true, retries = 1 }

--- A table of options as far as it is known: a name is wrong whatever its value.
local function model_of_options(script, node)
  local found = fields.table_of(script, node)
  if not found then
    local value = fields.value_of(script, node)
    if value ~= fields.UNKNOWN then return value end
    return {}
  end
  local model = {}
  for _, member in ipairs(found.members) do
    local value = fields.value_of(script, member.node)
    if value == fields.UNKNOWN then value = OPTION_MODELS[member.key] end
    if value == nil then value = true end
    model[member.key] = value
  end
  return model
end

--- The arguments as the library would sort them: what it raises is wrong with their number, or with the options.
local function check_arguments(script, call, thing)
  local row, arguments, models = thing.row, call.arguments, {}
  local count = #arguments - (call.open and 1 or 0)
  local params = row.params and #row.params or 0
  for place = 1, count do
    local node = arguments[place]
    if place <= params then
      models[place] = model_of(script, node, true)
    else
      models[place] = model_of_options(script, node)
    end
  end
  if thing.each and type(models[params + 1]) == "table" then models[params + 1].resume = nil end
  local named = setmetatable({ name = thing.name }, { __index = row })
  local fine, message = pcall(client.arguments, thing.name, named, table.unpack(models, 1, count))
  if fine then return true end
  script:report("argument", arguments[count] or call.node, tostring(message))
  return false
end

--- What comes by position. Returns whether the rest can be told.
local function check_params(script, call, name, params)
  local count = #call.arguments - (call.open and 1 or 0)
  for place, param in ipairs(params or {}) do
    local node = call.arguments[place]
    if place > count then
      if call.open then return false end
      local message = check.params({ name = name, params = { param } }, {})
      script:report("argument", call.node, message)
      return false
    end
    local value = fields.value_of(script, node)
    local known = values.of(script, node)
    if known and known.is == "table" then -- an array is looked at item by item
      value = (param.type == "array" or param.type == "any") and fields.UNKNOWN or value ~= fields.UNKNOWN and value or {}
    end
    if value ~= fields.UNKNOWN then
      local message = check.params({ name = name, params = { param } }, { value })
      if message then
        script:report("argument", node, message)
        return false
      end
    end
  end
  return true
end

--- leads.update({ ... }) without the id.
local function is_misplaced(script, call, thing)
  local first = call.arguments[1]
  local known = first and thing.row.params and values.of(script, first)
  if not known or known.is ~= "table" then return false end
  local found, model = fields.table_of(script, first), {}
  for _, member in ipairs(found and found.members or {}) do model[member.key] = true end
  local message = check.params(thing.row, { model }, call.arguments[2] and { true } or nil)
  if not message or not message:find("comes first", 1, true) then return false end
  script:report("argument", first, message)
  return true
end

--- Whether a call is sent as it is written, or might be.
local function is_unchecked(script, call, params)
  local count = #call.arguments
  if call.open then return true end
  local last = call.arguments[count]
  if count > params + 2 or not last then return false end
  local found = count > params and fields.table_of(script, last)
  if count == params + 2 and not found then return true end
  for _, member in ipairs(found and found.members or {}) do
    if member.key == "unchecked" then
      local is, value = values.constant(script, member.node)
      return not is or value == true
    end
  end
  return false
end

--- The specification of what the table holds, with `resume` for an iterator.
local function spec_of(thing)
  local row = thing.row
  if row.body then return row.body, "field" end
  local spec = plans.queries[row]
  if not thing.each then return spec, "parameter" end
  local all = { fields = { resume = row.id and { type = "string" } or nil } }
  for key, value in pairs(spec) do
    if key ~= "fields" then all[key] = value end
  end
  for name, field in pairs(spec.fields) do all.fields[name] = field end
  return all, "parameter"
end

local function check_operation(script, call, thing)
  local row = thing.row
  local params = row.params and #row.params or 0
  local unchecked = is_unchecked(script, call, params)
  if not unchecked and is_misplaced(script, call, thing) then return end
  if not check_arguments(script, call, thing) or unchecked and not call.open then return end
  if not check_params(script, call, thing.name, row.params) then return end
  local count = #call.arguments - (call.open and 1 or 0)
  local takes_table = row.query or row.body or thing.each
  if not takes_table then return end
  local spec, what = spec_of(thing)
  if count > params then
    if unchecked then return end
    local is, value = values.constant(script, call.arguments[params + 1])
    if is and value == nil then return fields.check_absent(script, thing.name, spec, what, call.node) end
    fields.check(script, thing.name, spec, what, call.arguments[params + 1])
  elseif not call.open then
    fields.check_absent(script, thing.name, spec, what, call.node)
  end
end

--- The first argument of a helper that is the body of an operation.
local function check_body(script, helper, node)
  local found, wrong = fields.table_of(script, node), false
  for _, member in ipairs(found and found.members or {}) do
    local why = helper.refused({ [member.key] = true })
    if why then script:report("field", member.name, why) end
    wrong = wrong or why ~= nil
  end
  if not wrong then fields.check(script, helper.name, operations.find(helper.body_of).body, "field", node) end
end

--- Whether the table of a helper lacks all names of which it needs one.
local function lacks_all(script, helper, node)
  if not helper.fields_at_least_one then return false end
  local found = node and fields.table_of(script, node)
  if node and not (found and found.whole and not (found.set and next(found.set))) then return false end
  for _, member in ipairs(found and found.members or {}) do
    for _, name in ipairs(helper.fields_at_least_one) do
      if member.key == name then return false end
    end
  end
  return true
end

local function check_helper_table(script, call, helper, node)
  if not helper.fields then return end
  local is, value = values.constant(script, node)
  if is and value ~= nil then return script:report("value", node, helpers.no_table(helper, value)) end
  if is then node = nil end
  local spec = plans.queries[{ name = helper.name, query = helper.fields }]
  local wrong = node and fields.check(script, helper.name, spec, "parameter", node)
  if not wrong and (node or not call.open) and lacks_all(script, helper, node) then
    script:report("required", node or call.node, helpers.none_of(helper))
  end
end

local function check_helper(script, call, thing)
  local helper = thing.helper
  local params = #helper.params
  local most = params + (helper.fields and 1 or 0)
  local count = #call.arguments - (call.open and 1 or 0)
  if count > most then
    return script:report("argument", call.arguments[most + 1], helpers.too_many(helper, count))
  end
  if not check_params(script, call, thing.name, helper.params) then return end
  for place, param in ipairs(helper.params) do
    local node = place <= count and call.arguments[place] or nil
    if node and param.type == "array" then fields.check(script, thing.name, param, "field", node, param.name) end
  end
  if helper.body_of and count > 0 then check_body(script, helper, call.arguments[1]) end
  check_helper_table(script, call, helper, count > params and call.arguments[params + 1] or nil)
end

--- Checks a call of one of these.
---@param script lofty.checks.Script
---@param call lofty.checks.Call
function M.check(script, call)
  local thing = call.target.is == "lofty" and M.find(call.target.path)
  if not thing then return end
  if thing.row then check_operation(script, call, thing) else check_helper(script, call, thing) end
end

return M
