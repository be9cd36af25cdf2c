--- An editor's definitions of a resource: its operations, its iterators and its helpers.
local helpers = require "lofty.helpers"
local operations = require "lofty.operations"
local replies = require "lofty.replies"
local types = require "lofty.manual.types"
local wording = require "lofty.wording"

local M = {}

--- What the helpers return.
local RETURNS = {
  ["leads.add_tags"] = "string[]",
  ["leads.find"] = "lofty.leads.list.Item|nil",
  ["leads.find_all"] = "lofty.leads.list.Item[]",
  ["leads.find_or_create"] = "{ leadId: integer, created: boolean, merged: boolean }",
  ["leads.remove_tags"] = "string[]",
  ["leads.set_tags"] = "{ before: string[], after: string[] }",
  ["leads.wait"] = "lofty.leads.get.Result",
  ["manual_logs.wait"] = "lofty.manual_logs.get.Result",
  ["notes.edit"] = "lofty.notes.get.Result",
  ["notes.pin"] = "boolean",
  ["notes.unpin"] = "boolean",
  ["notes.wait"] = "lofty.notes.get.Result",
  ["transactions.each_all"] = "lofty.transactions.each",
  ["transactions.edit_property_address"] = "lofty.transactions.get_property_address.Result",
  ["transactions.list_all"] = "lofty.transactions.list.Item[]",
  ["webhooks.sync"] = "table",
}

--- What a helper takes under a name of its own, where that is a table of an operation's.
local TAKES = { ["leads.find_or_create"] = { fields = "lofty.leads.create.Fields" } }

local function comment(text)
  return "--- " .. text:gsub("\n", "\n--- ")
end

local function describe(row)
  local lines = { ("`%s %s`%s"):format(row.method, row.path, row.deprecated and " (deprecated)" or "") }
  if row.note then lines[#lines + 1] = row.note end
  for _, habit in ipairs(row.habits or {}) do lines[#lines + 1] = "- " .. habit end
  if row.verify then lines[#lines + 1] = "- " .. require("lofty.manual.operation").verify(row) end
  if row.codes then
    local codes = {}
    for index, code in ipairs(row.codes) do codes[index] = tostring(code) end
    lines[#lines + 1] = "Codes: " .. table.concat(codes, ", ")
  end
  return comment(table.concat(lines, "\n"))
end

local function has_required(fields)
  for _, spec in pairs(fields or {}) do
    if spec.required then return true end
  end
  return false
end

--- A function without its body: its text, its annotations and its head. `parameters` are { name, annotation }.
local function definition(text, name, parameters, returns)
  local lines, names = { text }, {}
  for _, parameter in ipairs(parameters) do
    names[#names + 1], lines[#lines + 1] = parameter[1], parameter[2]
  end
  table.move(returns, 1, #returns, #lines + 1, lines)
  return ("%s\nfunction %s(%s) end"):format(table.concat(lines, "\n"), name, table.concat(names, ", "))
end

--- What comes by position, ids for example.
local function by_position(name, params, classes)
  local parameters, taken = {}, TAKES[name] or {}
  for _, param in ipairs(params or {}) do
    local kind = taken[param.name] or types.of(param, ("lofty.%s.%s"):format(name, param.name), classes)
    parameters[#parameters + 1] = { param.name, types.line("@param " .. param.name, kind, param) }
  end
  return parameters
end

local function table_parameter(name, kind, is_optional)
  return { name, ("---@param %s%s %s"):format(name, is_optional and "?" or "", kind) }
end

--- The iterator of a list: a class that a loop calls, and the function that makes it.
local function add_iterator(parts, variable, row, fields_type, is_optional)
  local resource, verb = row.name:match("^(.+)%.([^.]+)$")
  local each = operations.each_name(verb)
  local class, item = ("lofty.%s.%s"):format(resource, each), ("lofty.%s.Item"):format(row.name)
  parts[#parts + 1] = ([[---@class CLASS: lofty.Each
---@overload fun(): ITEM|nil
---@field take fun(self: CLASS, count: integer): CLASS
---@field pages fun(self: CLASS): fun(): ITEM[]|nil, table|nil
---@field collect fun(self: CLASS, options?: { max?: integer }): ITEM[], boolean
local VARIABLE = {}]]):gsub("%u%u%u+", { CLASS = class, ITEM = item, VARIABLE = each })
  parts[#parts + 1] = ("---@class %s.Fields%s\n---@field resume? string goes on where a run of that name stopped")
    :format(class, fields_type and ": " .. fields_type or "")
  local parameters = by_position(row.name, row.params, {})
  parameters[#parameters + 1] = table_parameter("fields", class .. ".Fields", is_optional)
  local text = comment(("All items of `%s`, page by page.%s"):format(row.name,
    row.order and " Order: " .. row.order .. "." or ""))
  parts[#parts + 1] = definition(text, variable .. "." .. each, parameters, { "---@return " .. class })
end

local function result_type(row, classes)
  local spec = replies.of(row)
  if row.text then return "string" end
  if not spec then return "true" end
  local name = "lofty." .. row.name
  local is_list, item = spec.type == "array", name .. ".Item"
  if not row.page then return types.of(spec, is_list and item or name .. ".Result", classes, true) end
  -- The iterator needs a name for its items, also where they are no objects, or somewhere inside of one.
  local kind = is_list and types.of(spec.of or {}, item, classes, true) or "table"
  if kind ~= item then classes[#classes + 1] = ("---@alias %s %s"):format(item, kind) end
  return is_list and item .. "[]" or types.of(spec, name .. ".Result", classes, true)
end

local function add_operation(parts, variable, verb, row)
  local name = "lofty." .. row.name
  local taken = row.body or row.query and { type = "object", fields = row.query }
  local fields_type = taken and types.of(taken, name .. ".Fields", parts)
  local is_optional = not row.body and not has_required(row.query)
  local returns = { "---@return " .. result_type(row, parts) }
  if row.page then returns[2] = "---@return table|nil metadata of the page" end
  local parameters = by_position(row.name, row.params, parts)
  if fields_type then parameters[#parameters + 1] = table_parameter("fields", fields_type, is_optional) end
  parameters[#parameters + 1] = table_parameter("options",
    row.verify and "lofty.CreateOptions" or "lofty.CallOptions", true)
  parts[#parts + 1] = definition(describe(row), variable .. "." .. verb, parameters, returns)
  if row.page then add_iterator(parts, variable, row, fields_type, is_optional) end
end

local function add_helper(parts, variable, verb, helper)
  local parameters = by_position(helper.name, helper.params, parts)
  if helper.fields then
    local spec = { type = "object", fields = helper.fields }
    local fields_type = types.of(spec, ("lofty.%s.Fields"):format(helper.name), parts)
    -- A helper may call what comes by position `fields`.
    local name = parameters[1] and parameters[#parameters][1] == "fields" and "options" or "fields"
    local is_optional = not has_required(helper.fields) and not helper.fields_at_least_one
    parameters[#parameters + 1] = table_parameter(name, fields_type, is_optional)
  end
  local about = { helper.summary, table.unpack(helper.habits or {}) }
  local returns = { ("---@return %s %s"):format(RETURNS[helper.name] or "any", helper.returns) }
  parts[#parts + 1] = definition(comment(table.concat(about, "\n")), variable .. "." .. verb, parameters, returns)
end

--- The definitions of one resource.
---@param resource string such as "leads", "v1.tasks"
---@return string Lua
function M.resource(resource)
  local variable = resource:gsub("%.", "_")
  local parts = { "---@meta", ("---@class lofty.%s\nlocal %s = {}"):format(resource, variable) }
  local rows, its_helpers = operations.rows(resource), helpers.rows(resource)
  for _, verb in ipairs(wording.sorted_keys(rows)) do add_operation(parts, variable, verb, rows[verb]) end
  for _, verb in ipairs(wording.sorted_keys(its_helpers)) do add_helper(parts, variable, verb, its_helpers[verb]) end
  return table.concat(parts, "\n\n") .. "\n"
end

return M
