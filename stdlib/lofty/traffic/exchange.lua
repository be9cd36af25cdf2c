--- Requests and replies taken apart, so that one function can go through all that is personal in them: targets into
--- parameters, JSON into values. Everything is in the order of the names: the same call is the same text.
local json = require "native.json"
local personal = require "lofty.traffic.personal"
local run = require "native.run"
local text = require "native.text"
local wording = require "lofty.wording"
local writer = require "lofty.shell.json"

local M = {}

local function decode_percent(written)
  return (written:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- The names of members that objects of one name have had so far, sorted: sorting them for each object takes longer
--- than all the rest. An object with more members than this is a map of its own kind.
local LARGEST_SHAPE = 200
local shapes = {}

local function names_of(object, parent)
  local shape = shapes[parent or 1]
  if not shape then
    shape = { names = {}, has = {} }
    shapes[parent or 1] = shape
  end
  local grown = false
  for name in next, object do
    if not shape.has[name] then
      if #shape.names == LARGEST_SHAPE or type(name) ~= "string" then return wording.sorted_keys(object) end
      shape.has[name], grown = true, true
      shape.names[#shape.names + 1] = name
    end
  end
  if grown then table.sort(shape.names) end
  return shape.names
end

local map_value

local function map_member(object, name, parent, visit, request)
  local value = object[name]
  if type(value) == "table" then return map_value(value, name, visit, request) end
  local kind = type(name) == "string" and personal.kind(name, object, parent, request) or nil
  if type(value) == "string" then return personal.map(kind, value, visit) end
  return math.type(value) == "integer" and personal.map_number(kind, value, visit) or value
end

--- Goes through a decoded value and changes it in place. Elements of an array are what the array is called.
function map_value(value, name, visit, request)
  if type(value) ~= "table" then return (map_member({ [name or 1] = value }, name or 1, nil, visit, request)) end
  if json.is_array(value) or #value > 0 then
    for index = 1, #value do
      local element = value[index]
      value[index] = type(element) == "table" and map_value(element, name, visit, request)
        or (map_member({ [name or 1] = element }, name or 1, nil, visit, request))
    end
    return value
  end
  local renamed = {}
  for _, key in ipairs(names_of(value, name)) do
    if value[key] ~= nil then
      value[key] = map_member(value, key, name, visit, request)
      if type(key) == "string" and key:find("@", 1, true) then renamed[#renamed + 1] = key end
    end
  end
  for _, key in ipairs(renamed) do
    local mapped = value[key]
    value[key] = nil
    value[personal.map(nil, key, visit)] = mapped
  end
  return value
end

--- Text that is no JSON, or cut: members are told by how they are written.
local function map_text(body, visit, request)
  local mapped = body:gsub('"([%w_]+)"(%s*:%s*)"([^"\\]*)', function(name, colon, value)
    local kind = personal.kind(name, nil, nil, request)
    return kind and ('"%s"%s"%s'):format(name, colon, personal.map(kind, value, visit)) or nil
  end)
  return personal.map(nil, mapped, visit)
end

---@class lofty.traffic.Body one of its members, or none for no body
---@field json any
---@field text string|nil
---@field hex string|nil bytes that are no text

--- A body without what is personal.
---@param body string|nil
---@param visit lofty.traffic.Visitor
---@param request boolean
---@return lofty.traffic.Body
function M.map_body(body, visit, request)
  if body == nil or body == "" then return {} end
  if not utf8.len(body) then return { hex = body:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end) } end
  body = run.redact(body)
  local value, code = json.decode(body, { keep_null = true })
  if code then return { text = map_text(body, visit, request) } end
  return { json = map_value(value, nil, visit, request) }
end

--- The same for a body that has been taken apart already; it is changed in place.
---@param body lofty.traffic.Body
---@param visit lofty.traffic.Visitor
---@param request boolean
---@return lofty.traffic.Body
function M.map_parts(body, visit, request)
  if body.json ~= nil then return { json = map_value(body.json, nil, visit, request) } end
  if body.hex then return { hex = body.hex } end
  return M.map_body(body.text, visit, request)
end

--- The text that a body stands for.
---@param body lofty.traffic.Body
---@return string|nil
function M.body_text(body)
  if body.json ~= nil then return writer.compact(body.json) end
  if body.hex then return (body.hex:gsub("%x%x", function(hex) return string.char(tonumber(hex, 16)) end)) end
  return body.text
end

local function map_parameter(name, value, visit)
  local nested, code
  if value:find("^[%[{]") then nested, code = json.decode(value, { keep_null = true }) end
  if type(nested) == "table" and not code then return writer.compact(map_value(nested, name, visit, true)) end
  return personal.map(personal.kind(name, nil, nil, true), value, visit)
end

--- A target without what is personal. Order and values of the parameters stay.
---@param target string
---@param visit lofty.traffic.Visitor
---@return string
function M.map_target(target, visit)
  local path, query = run.redact(target):match("^([^?]*)%??(.*)$")
  path = path:gsub("[^/]+", function(segment)
    local plain = decode_percent(segment)
    local mapped = personal.map(nil, plain, visit)
    return mapped ~= plain and text.percent_encode(mapped) or nil
  end)
  if query == "" then return path end
  query = query:gsub("([^&=]+)=([^&]*)", function(name, value)
    local plain = decode_percent((value:gsub("+", " ")))
    return name .. "=" .. text.percent_encode(map_parameter(decode_percent(name), plain, visit))
  end)
  return path .. "?" .. query
end

---@class lofty.traffic.Request
---@field method string
---@field target string
---@field body lofty.traffic.Body

--- A request without what is personal.
---@param request { method: string, target: string, body: string|nil }
---@param visit lofty.traffic.Visitor
---@return lofty.traffic.Request
function M.map_request(request, visit)
  return { method = request.method, target = M.map_target(request.target, visit),
    body = M.map_body(request.body, visit, true) }
end

--- A request on one line, for messages.
---@param request lofty.traffic.Request
---@return string
function M.summary(request)
  local body = M.body_text(request.body)
  local line = ("%s %s%s"):format(request.method, request.target, body and " " .. body or ""):gsub("%c", " ")
  if #line <= 300 then return line end
  return line:sub(1, utf8.offset(line, 0, 297) - 1) .. "..."
end

return M
