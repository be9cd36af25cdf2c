--- Reads an OpenAPI description: which operations there are, what they take and what they answer. Facts only: types,
--- ranges, enumerations, what is required, which codes a refusal names. Its prose stays where it is.
---
--- A schema becomes a specification as lofty.check explains them. A schema that has a name in the description becomes
--- { ref = "Name" }, so that what is shared there is shared here. What this file does not understand is an error that
--- says where it stands: a row that is only half right would refuse good calls or let bad ones pass.
local catalogue = require "lofty.catalogue"
local null = require("lofty").null

local M = {}

local METHODS = { get = true, put = true, post = true, delete = true, patch = true, head = true }

local KINDS = { string = true, integer = true, number = true, boolean = true, array = true, object = true }

local document -- being read
local place -- the operation or schema that is being read, for messages

local function wrong(message, ...)
  error(("%s: %s"):format(place, message:format(...)), 0)
end

--- What a reference within the description stands for, and the last part of it, its name.
local function target(reference)
  local value = document
  if reference:sub(1, 2) ~= "#/" then wrong("%s is not inside the description", reference) end
  for part in reference:sub(3):gmatch("[^/]+") do
    part = part:gsub("~1", "/"):gsub("~0", "~")
    value = type(value) == "table" and value[part] or nil
  end
  if type(value) ~= "table" then wrong("%s is not there", reference) end
  return value, reference:match("([^/]+)$")
end

--- Parameters, bodies and responses may be shared too; they have no name of their own in the rows.
local function followed(value)
  while value and value["$ref"] do value = target(value["$ref"]) end
  return value
end

local function number_of(value)
  return type(value) == "number" and math.tointeger(value) or value
end

--- A value of an enumeration, or a default. Integers and booleans are written as text in places.
local function value_of(kind, value)
  if kind == "integer" then return math.tointeger(tonumber(value)) end
  if kind == "boolean" and type(value) == "string" then return value == "true" or value ~= "false" and nil end
  return number_of(value)
end

local function enum_of(schema, kind)
  local values = {}
  for _, value in ipairs(schema.enum or {}) do
    if value ~= null then
      local known = value_of(kind, value)
      if known == nil then wrong("the enumeration of %s has %s", kind, tostring(value)) end
      values[#values + 1] = known
    end
  end
  return #values > 0 and values or nil
end

local DEFAULTS = { string = "string", integer = "number", number = "number", boolean = "boolean" }

--- A default of another type says nothing.
local function default_of(schema, kind)
  local value = schema.default
  if value == nil or value == null or value == "" then return nil end
  value = value_of(kind, value)
  if type(value) == DEFAULTS[kind] then return value end
end

local convert

--- Lays the parts of an `allOf` on each other.
local function united(schema)
  local whole = {}
  for key, value in pairs(schema) do
    if key ~= "allOf" then whole[key] = value end
  end
  for _, part in ipairs(schema.allOf) do
    part = followed(part)
    if part.allOf then part = united(part) end
    for key, value in pairs(part) do
      if key == "properties" or key == "required" then
        local joined = {}
        for name, member in pairs(whole[key] or {}) do joined[name] = member end
        for name, member in pairs(value) do joined[key == "required" and #joined + 1 or name] = member end
        whole[key] = joined
      elseif whole[key] == nil then
        whole[key] = value
      end
    end
  end
  return whole
end

local function fields_of(schema)
  local fields = {}
  for name, member in pairs(schema.properties) do fields[name] = convert(member) end
  for _, name in ipairs(schema.required or {}) do
    local spec = fields[name]
    if spec then
      spec.required = true
      spec.nullable = schema.properties[name].nullable or nil
    end
  end
  return fields
end

--- The type of a value. Newer descriptions write what may be null as a second type.
local function kind_of(schema)
  local kind = schema.type
  if type(kind) == "table" then
    local kinds = {}
    for _, each in ipairs(kind) do
      if each ~= "null" then kinds[#kinds + 1] = each end
    end
    if #kinds > 1 then wrong("a value of several types (%s) is not understood", table.concat(kinds, ", ")) end
    kind = kinds[1]
  end
  kind = kind or schema.properties and "object" or schema.items and "array" or "any"
  if kind ~= "any" and not KINDS[kind] then wrong("the type %s is not understood", tostring(kind)) end
  return kind
end

function convert(schema)
  if type(schema) ~= "table" then wrong("there is no schema where one belongs") end
  if schema["$ref"] then
    local _, name = target(schema["$ref"])
    if not schema["$ref"]:find("^#/components/schemas/[^/]+$") then return convert(followed(schema)) end
    return { ref = name }
  end
  if schema.oneOf or schema.anyOf then wrong("oneOf and anyOf are not understood: say in spec.lua what they become") end
  if schema.allOf then
    if #schema.allOf == 1 and schema.allOf[1]["$ref"] and not schema.properties then return convert(schema.allOf[1]) end
    schema = united(schema)
  end
  local kind = kind_of(schema)
  local spec = {
    type = kind,
    min = number_of(schema.minimum),
    max = number_of(schema.maximum),
    max_length = number_of(schema.maxLength),
    enum = enum_of(schema, kind),
    default = default_of(schema, kind),
    readonly = schema.readOnly or nil,
    deprecated = schema.deprecated or nil,
  }
  if kind == "object" and schema.properties then spec.fields = fields_of(schema) end
  if kind == "array" then spec.of = convert(schema.items or {}) end
  return spec
end

--- The parameters of one kind: an operation's own, and those of its path that it does not name itself.
local function params_of(operation, shared, where)
  local params, seen = {}, {}
  for _, list in ipairs { operation.parameters or {}, shared or {} } do
    for _, param in ipairs(list) do
      param = followed(param)
      if param["in"] == where and not seen[param.name] then
        seen[param.name] = true
        local spec = convert(param.schema)
        if spec.ref then spec = convert(followed(param.schema)) end
        spec.name = param.name
        spec.required = where == "query" and param.required or nil
        params[#params + 1] = spec
      end
    end
  end
  return params
end

--- In the order of the path, in which scripts pass them.
local function path_params(path, operation, shared)
  local by_name, params = {}, {}
  for _, spec in ipairs(params_of(operation, shared, "path")) do by_name[spec.name] = spec end
  for name in path:gmatch("{(.-)}") do
    if not by_name[name] then wrong("the path has {%s}, which is no parameter", name) end
    params[#params + 1], by_name[name] = by_name[name], nil
  end
  local left = next(by_name)
  if left then wrong("%s is a parameter of the path, which does not have it", left) end
  return #params > 0 and params or nil
end

--- The code that a word of prose is: a name, or a number that stands for one name or for none.
local function code_of(word, status)
  if word:find("^%u[%u_]+_[%u_]+$") then
    local row = catalogue.find(word)
    return row and not row.own and row.name
  end
  local number = math.tointeger(tonumber(word))
  local rows = number and word ~= status and catalogue.by_number(number) or {}
  return #rows == 1 and (rows[1].name or rows[1].number) or nil
end

local function statuses_of(operation)
  local statuses = {}
  for status in pairs(operation.responses or {}) do statuses[#statuses + 1] = status end
  table.sort(statuses)
  return statuses
end

--- The codes that the descriptions of the replies name, in the order of the statuses.
local function codes_of(operation)
  local codes, seen = {}, {}
  for _, status in ipairs(statuses_of(operation)) do
    for word in (followed(operation.responses[status]).description or ""):gmatch("[%w_]+") do
      local code = code_of(word, status)
      if code and not seen[code] then
        seen[code] = true
        codes[#codes + 1] = code
      end
    end
  end
  return #codes > 0 and codes or nil
end

--- The schema of a body: of its JSON, or else of the kind of content whose name comes first.
local function content_of(holder)
  local contents = followed(holder) and followed(holder).content or {}
  local kinds = {}
  for kind in pairs(contents) do kinds[#kinds + 1] = kind end
  table.sort(kinds)
  local content = contents["application/json"] or contents[kinds[1]]
  return content and content.schema and convert(content.schema)
end

local function answer_of(operation)
  for _, status in ipairs(statuses_of(operation)) do
    if status:find("^2") then return content_of(operation.responses[status]) end
  end
end

local function row_of(method, path, operation, shared)
  local query = {}
  for _, spec in ipairs(params_of(operation, shared, "query")) do
    query[spec.name], spec.name = spec, nil
  end
  return {
    method = method,
    path = path,
    deprecated = operation.deprecated or nil,
    params = path_params(path, operation, shared),
    query = next(query) and query or nil,
    body = content_of(operation.requestBody),
    codes = codes_of(operation),
  }, answer_of(operation)
end

--- No file can say that a schema holds itself.
local function check_circles(value, schemas, open)
  if type(value) ~= "table" then return end
  local name = type(value.ref) == "string" and value.ref
  if name and open[name] then error(("schema %s contains itself"):format(name), 0) end
  if name then
    open[name] = true
    check_circles(schemas[name], schemas, open)
    open[name] = nil
  end
  for _, member in pairs(value) do check_circles(member, schemas, open) end
end

---@class api.Operation
---@field row table what lofty.operations holds of it
---@field answer table|nil the specification of a successful reply's whole body
---@field called { id: string|nil, tag: string|nil } its operationId and first tag

--- All operations of a description, by "METHOD /path", and its named schemas.
---@param description table the decoded OpenAPI document
---@return table<string, api.Operation> operations
---@return table<string, table> schemas
function M.read(description)
  document = description
  local operations, schemas = {}, {}
  for path, methods in pairs(description.paths) do
    for method, operation in pairs(methods) do
      if METHODS[method] then
        place = method:upper() .. " " .. path
        local row, answer = row_of(method:upper(), path, operation, methods.parameters)
        operations[place] = { row = row, answer = answer,
          called = { id = operation.operationId, tag = (operation.tags or {})[1] } }
      end
    end
  end
  for name, schema in pairs(description.components and description.components.schemas or {}) do
    place = name
    schemas[name] = convert(schema)
  end
  check_circles(schemas, schemas, {})
  return operations, schemas
end

return M
