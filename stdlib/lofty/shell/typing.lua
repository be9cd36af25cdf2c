--- Gives the words of a command line the types that the operation's row says: 5 is an integer where an integer
--- belongs, and stays text where text does. What cannot be given its type stays text; lofty.check then says what is
--- wrong with it, in the words that scripts hear too.
local json = require "native.json"
local usage = require "lofty.shell.usage"

local M = {}

--- Decodes JSON that was typed; ends the run where it is none. null stays: it is written as such.
---@param what string how the message names it
---@param text string
---@return any
function M.json(what, text)
  local value, code, why = json.decode(text, { keep_null = true })
  if code then usage.fail(("%s is no JSON: %s"):format(what, why)) end
  return value
end

local function number(text)
  return text:find("^[+-]?%d+%.?%d*[eE]?[+-]?%d*$") and tonumber(text) or text
end

local readers = { integer = number, number = number }

function readers.boolean(text)
  if text == "true" then return true end
  if text == "false" then return false end
  return text
end

--- One text as the value that `spec` wants.
---@param spec table|nil nil where nobody knows the name
---@param text string
---@param name string
---@return any
function M.value(spec, text, name)
  local kind = spec and spec.type
  local opening = text:match("^%s*([%[{])")
  if kind == "object" and opening == "{" or kind == "array" and opening == "[" then return M.json(name, text) end
  if readers[kind] then return readers[kind](text) end
  return text
end

--- The spec of a dotted name, and the names it is made of.
local function find_spec(specs, name)
  if specs[name] then return specs[name], { name } end
  local parts, spec = {}, { fields = specs }
  for part in name:gmatch("[^.]+") do
    parts[#parts + 1] = part
    spec = spec and spec.fields and spec.fields[part]
  end
  if #parts == 0 then parts[1] = name end
  return spec, parts
end

local function place(fields, parts, value, name)
  local holder = fields
  for index = 1, #parts - 1 do
    local inner = holder[parts[index]]
    if inner == nil then
      inner = {}
      holder[parts[index]] = inner
    elseif type(inner) ~= "table" or json.is_array(inner) then
      usage.fail(("%s is given twice"):format(table.concat(parts, ".", 1, index)))
    end
    holder = inner
  end
  if holder[parts[#parts]] ~= nil then usage.fail(("%s is given twice"):format(name)) end
  holder[parts[#parts]] = value
end

--- The value of one name from all its pairs. A name that takes one value and got several is a mistake: Lofty would
--- take one of them and ignore the others.
local function combine(spec, given, name)
  local first = given[1]
  if #given == 1 and first.json then return M.json(name, first.text) end
  local is_array = spec and spec.type == "array"
  if is_array and #given == 1 and first.text:find("^%s*%[") then return M.json(name, first.text) end
  if #given == 1 and not is_array then return M.value(spec, first.text, name) end
  if spec and not is_array then usage.fail(("%s is given twice; it takes one value"):format(name)) end
  local values = json.array {}
  for index, pair in ipairs(given) do
    values[index] = pair.json and M.json(name, pair.text) or M.value(is_array and spec.of, pair.text, name)
  end
  return values
end

--- Puts the pairs into `fields`, each under its name; inquiry.priceMin is a field of inquiry.
---@param specs table<string, table> what the operation takes
---@param fields table what --body has brought, to be added to
---@param given lofty.shell.Pair[]
function M.fill(specs, fields, given)
  local names, by_name = {}, {}
  for _, pair in ipairs(given) do
    if not by_name[pair.name] then names[#names + 1], by_name[pair.name] = pair.name, {} end
    table.insert(by_name[pair.name], pair)
  end
  for _, name in ipairs(names) do
    local spec, parts = find_spec(specs, name)
    place(fields, parts, combine(spec, by_name[name], name), name)
  end
end

return M
