--- What `require "cjson"`, `require "cjson.safe"` and their `new` return: lua-cjson's functions and
--- settings over native.json. A setting that would cost exactness is accepted and has no effect
--- (encode_number_precision) or is refused (numbers that are not JSON).

local json = require "native.json"
local relaxed = require "cjson.relaxed"

local M = {}

---@class cjson.instance
---@field null lightuserdata stands for null
---@field array_mt table the metatable of arrays: `setmetatable({}, cjson.array_mt)` encodes as `[]`
---@field empty_array_mt table the same
---@field decode fun(text: string): any raises (cjson) or returns nil and a message (cjson.safe)
---@field encode fun(value: any): string raises (cjson) or returns nil and a message (cjson.safe)
---@field new fun(): cjson.instance one with settings of its own
---@field encode_sparse_array fun(convert?: boolean, ratio?: integer, safe?: integer): boolean, integer, integer
---@field encode_max_depth fun(depth?: integer): integer
---@field decode_max_depth fun(depth?: integer): integer
---@field encode_number_precision fun(digits?: integer): integer
---@field encode_keep_buffer fun(keep?: boolean): boolean
---@field encode_invalid_numbers fun(setting?: boolean|"null"): boolean|"null"
---@field decode_invalid_numbers fun(setting?: boolean): boolean

local SWITCH = { [true] = true, [false] = false, on = true, off = false }

-- A function that returns a setting, changed before if it is given an argument. `accept` turns the
-- argument into the new setting, or returns nil and what it expects.
local function setting(settings, name, accept)
  return function(given)
    if given ~= nil then
      local value, expected = accept(given)
      if value == nil then error(("bad argument #1 to '%s' (%s)"):format(name, expected), 2) end
      settings[name] = value
    end
    return settings[name]
  end
end

local function integer(low, high)
  return function(given)
    local value = math.tointeger(given)
    if value and value >= low and value <= high then return value end
    return nil, ("expected integer between %d and %d"):format(low, high)
  end
end

local function switch(given)
  local value = SWITCH[given]
  if value == nil then return nil, "expected boolean" end
  return value
end

-- NaN and infinity as they are would be text that is not JSON.
local function invalid_numbers(allowed)
  return function(given)
    if given == "null" and allowed == "null" then return "null" end
    local value = SWITCH[given]
    if value == false then return false end
    if value == nil then return nil, "invalid option" end
    return nil, "NaN and infinity have no JSON form"
  end
end

local function sparse_setting(settings)
  local accept_ratio, accept_safe = integer(0, math.maxinteger), integer(0, math.maxinteger)
  local sparse = settings.encode_sparse_array
  return function(convert, ratio, safe)
    for position, check in ipairs { { convert, switch, "convert" }, { ratio, accept_ratio, "ratio" },
      { safe, accept_safe, "safe" } } do
      if check[1] ~= nil then
        local value, expected = check[2](check[1])
        if value == nil then
          error(("bad argument #%d to 'encode_sparse_array' (%s)"):format(position, expected), 2)
        end
        sparse[check[3]] = value
      end
    end
    return sparse.convert, sparse.ratio, sparse.safe
  end
end

local function add_settings(instance, settings)
  for name, accept in pairs {
    encode_max_depth = integer(1, math.maxinteger),
    decode_max_depth = integer(1, math.maxinteger),
    encode_number_precision = integer(1, 17),
    encode_keep_buffer = switch,
    encode_invalid_numbers = invalid_numbers("null"),
    decode_invalid_numbers = invalid_numbers(false),
  } do
    instance[name] = setting(settings, name, accept)
  end
  instance.encode_sparse_array = sparse_setting(settings)
end

-- nil and a message when it fails.
local function decode(settings, text)
  local depth = math.min(settings.decode_max_depth, json.depth_max)
  local value, _, message = json.decode(text, { keep_null = true, max_depth = depth })
  return value, message
end

local function encode(settings, value)
  if value == nil then return "null" end
  local options = { max_depth = math.min(settings.encode_max_depth, json.depth_max) }
  local text, code, message = json.encode(value, options)
  if code == "NOT_ENCODABLE" then
    -- What lua-cjson would have made something of: holes, numbers among the keys.
    local copy, problem = relaxed.copy(value, settings, options.max_depth)
    if problem then return nil, problem end
    text, code, message = json.encode(copy, options)
  end
  return text, code and message
end

--- A new instance with lua-cjson's default settings.
---@param protected boolean whether its decode and encode return nil and a message instead of raising
---@return cjson.instance
function M.new(protected)
  local settings = {
    encode_sparse_array = { convert = false, ratio = 2, safe = 10 },
    encode_max_depth = 1000, decode_max_depth = 1000,
    encode_number_precision = 14, encode_keep_buffer = true,
    encode_invalid_numbers = false, decode_invalid_numbers = false,
  }
  local instance = {
    _NAME = "cjson", _VERSION = "2.1.0",
    null = json.null, array_mt = json.array_mt, empty_array_mt = json.array_mt,
    new = function() return M.new(protected) end,
  }
  add_settings(instance, settings)

  function instance.decode(text)
    local value, message
    if type(text) == "number" then text = tostring(text) end
    if type(text) == "string" then
      value, message = decode(settings, text)
    else
      message = ("bad argument #1 to 'decode' (string expected, got %s)"):format(type(text))
    end
    if not message then return value end
    if not protected then error(message, 2) end
    return nil, message
  end

  function instance.encode(...)
    local text, message
    if select("#", ...) == 1 then
      text, message = encode(settings, (...))
    else
      message = "bad argument #1 to 'encode' (expected 1 argument)"
    end
    if not message then return text end
    if not protected then error(message, 2) end
    return nil, message
  end

  return instance
end

return M
