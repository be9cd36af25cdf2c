--- Writes tables as Lua source that people can read and compare: keys in a fixed order, one line where it fits.
local M = {}

local WIDTH = 120

--- What says most comes first; the others follow by name.
local ORDER = {}
for index, key in ipairs {
  "method", "path", "deprecated", "name", "type", "required", "params", "query", "body", "read", "repeatable",
  "once_with", "text", "reply", "answers", "page", "page_size", "id",
} do ORDER[key] = index end
--- Long values stand last.
for index, key in ipairs { "note", "hint", "habits", "of", "fields", "codes", "done", "see", "verify" } do ORDER[key] = 1000 + index end

local RESERVED = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch("%a+") do RESERVED[word] = true end
M.RESERVED = RESERVED

local function key_source(key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") and not RESERVED[key] then return key .. " = " end
  if type(key) == "string" then return ("[%q] = "):format(key) end
  return ""
end

local function sorted_keys(map, by_order)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if math.type(a) and math.type(b) then return a < b end
    local first, second = by_order and ORDER[a] or 500, by_order and ORDER[b] or 500
    if first ~= second then return first < second end
    return tostring(a) < tostring(b)
  end)
  return keys
end
M.sorted_keys = sorted_keys

local function text_source(text)
  if text:find('"') and not text:find("['\\\n]") then return "'" .. text .. "'" end
  return ("%q"):format(text)
end

--- In these, keys are names of Lofty's and not words of ours.
local MAPS = { fields = true, query = true }

local function plain(value, name_of)
  if type(value) == "string" then return text_source(value) end
  if value == math.mininteger then return "math.mininteger" end
  return type(value) == "table" and name_of(value) or type(value) ~= "table" and tostring(value) or nil
end

--- One value as source. `name_of` gives the name of a table that is to be written by name, or nil.
---@param value any
---@param indent string what the lines after the first begin with
---@param room integer columns that are left on the first line
---@param name_of fun(value: table): string|nil
---@param is_map boolean|nil whether the keys are names
---@return string
function M.render(value, indent, room, name_of, is_map)
  local short = plain(value, name_of)
  if short then return short end
  local keys = sorted_keys(value, not is_map)
  if #keys == 0 then return "{}" end
  local inner = indent .. "  "
  local lines, one_line = {}, {}
  for index, key in ipairs(keys) do
    local head = key_source(key)
    local text = head .. M.render(value[key], inner, WIDTH - #inner - #head - 1, name_of, MAPS[key])
    lines[index] = inner .. text .. ","
    one_line[index] = text
  end
  local joined = "{ " .. table.concat(one_line, ", ") .. " }"
  if #joined <= room and not joined:find("\n") then return joined end
  return "{\n" .. table.concat(lines, "\n") .. "\n" .. indent .. "}"
end

return M
