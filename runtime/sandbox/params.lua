--- Reading what a request brought. Query parameters are looked up by name, so unknown ones are ignored as Lofty
--- ignores them; a value of the wrong type is INVALID_PARAMETER, which never says which one.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"

local M = {}

local function integer_of(text)
  local sign, digits = text:match("^%s*([+-]?)0*(%d+)%s*$")
  if not digits then
    return nil
  end
  -- tonumber with a base wraps around in silence, so the number must print as the digits that were given.
  local value = tonumber(sign .. digits, 10) or tonumber(digits, 10)
  local printed = tostring(value)
  local is_exact = printed == digits or (sign == "-" and printed == "-" .. digits)
  return is_exact and value or nil
end

--- The integer a path segment or a query value spells; refuses anything else, also beyond 64 bits.
---@param text string
---@return integer
function M.parse_integer(text)
  return wire.demand(integer_of(text), "INVALID_PARAMETER")
end

--- Text of a query parameter; duplicates are joined with commas, an empty value counts as absent.
---@param query table list of {name, value}
---@param name string
---@return string|nil
function M.text(query, name)
  local found
  for _, pair in ipairs(query) do
    if pair[1] == name and pair[2] ~= "" then
      found = found and found .. "," .. pair[2] or pair[2]
    end
  end
  return found
end

--- Integer query parameter.
---@param query table
---@param name string
---@param default? integer
---@return integer|nil
function M.integer(query, name, default)
  local text = M.text(query, name)
  return text and M.parse_integer(text) or default
end

local BOOLEANS = { ["true"] = true, ["false"] = false, ["1"] = true, ["0"] = false, yes = true, no = false }

--- Boolean query parameter.
---@param query table
---@param name string
---@param default? boolean
---@return boolean|nil
function M.boolean(query, name, default)
  local text = M.text(query, name)
  if not text then
    return default
  end
  local value = BOOLEANS[text:lower()]
  wire.demand(value ~= nil, "INVALID_PARAMETER")
  return value
end

--- Comma separated query parameter as a list of trimmed texts.
---@param query table
---@param name string
---@return string[]|nil
function M.list(query, name)
  local text = M.text(query, name)
  if not text then
    return nil
  end
  local items = {}
  for item in text:gmatch("[^,]+") do
    items[#items + 1] = item:match("^%s*(.-)%s*$")
  end
  return items
end

--- Body member of any type; null counts as absent.
---@param body table
---@param name string
---@return any
function M.given(body, name)
  local value = body[name]
  if value == json.null then
    return nil
  end
  return value
end

--- Body text. Numbers and booleans become their text, as Lofty reads them (an integer tag is named after the number).
---@param value any
---@return string|nil
function M.as_text(value)
  if value == nil or type(value) == "string" then
    return value
  end
  wire.demand(type(value) == "number" or type(value) == "boolean", "INVALID_PARAMETER")
  return tostring(value)
end

--- The first `max` characters of a text; longer ones are cut without a word.
M.cut = codec.truncate

--- Text member of a body, cut to `max` characters where Lofty cuts.
---@param body table
---@param name string
---@param max? integer characters
---@return string|nil
function M.field_text(body, name, max)
  local text = M.as_text(M.given(body, name))
  return (text and max) and M.cut(text, max) or text
end

--- Integer member of a body; a text of digits is read as the number.
---@param body table
---@param name string
---@return integer|nil
function M.field_integer(body, name)
  local value = M.given(body, name)
  if type(value) == "string" then
    return M.parse_integer(value)
  end
  local integer = value ~= nil and math.tointeger(value) or nil
  wire.demand(value == nil or (type(value) == "number" and integer), "INVALID_PARAMETER")
  return integer
end

--- Boolean member of a body.
---@param body table
---@param name string
---@return boolean|nil
function M.field_boolean(body, name)
  local value = M.given(body, name)
  wire.demand(value == nil or type(value) == "boolean", "INVALID_PARAMETER")
  return value
end

--- Array member of a body, each item through `convert`; null items are dropped.
---@param body table
---@param name string
---@param convert fun(item: any): any
---@return any[]|nil a JSON array
function M.field_array(body, name, convert)
  local value = M.given(body, name)
  if value == nil then
    return nil
  end
  wire.demand(type(value) == "table" and json.is_array(value), "INVALID_PARAMETER")
  local items = json.array({})
  for _, item in ipairs(value) do
    if item ~= json.null then
      items[#items + 1] = convert(item)
    end
  end
  return items
end

--- Object member of a body.
---@param body table
---@param name string
---@return table|nil
function M.field_object(body, name)
  local value = M.given(body, name)
  wire.demand(value == nil or (type(value) == "table" and not json.is_array(value)), "INVALID_PARAMETER")
  return value
end

return M
