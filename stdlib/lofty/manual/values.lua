--- What a specification allows, in words.
local M = {}

local DAY = 86400000

local FORMATS = {
  ["iso-offset"] = "time with offset, as 2026-03-01T15:00:00-08:00",
  ["https-url"] = "https URL",
  ["time-zone"] = "time zone",
  ["bare-digits"] = "string of digits",
  ["epoch-ms"] = "integer: milliseconds since 1970, UTC",
  ["epoch-ms-or-none"] = "integer: milliseconds since 1970, UTC, or -1",
  ["calling-code"] = "calling code of a country, without +",
  ["options-json"] = 'JSON text: {"option":["a","b"]}',
  ["calendar-id"] = "id of a calendar entry, as 123-task",
  ["no-html"] = 'string without "<" and ">"',
  birthday = 'birthday, as "Jun 5, 2001"',
}

local function kind_of(spec)
  if spec.format then return FORMATS[spec.format] or spec.format end
  local element = spec.type == "array" and spec.of
  if element then return ("array of %s"):format(element.format and kind_of(element) or element.type or "any") end
  return spec.type or "any"
end

local function choices(values)
  local words = {}
  for index, value in ipairs(values) do words[index] = tostring(value) end
  return "one of " .. table.concat(words, " | ")
end

local function length(spec)
  return spec.max_length and ("at most %d characters"):format(spec.max_length) or nil
end

local function multiples(spec)
  return spec.multiple and ("above %d multiples of %d"):format(spec.multiple.above, spec.multiple.of) or nil
end

local function default(spec)
  return spec.default ~= nil and spec.default ~= "" and ("default %s"):format(tostring(spec.default)) or nil
end

local function range(spec)
  if spec.min and spec.max then return ("%s to %s"):format(spec.min, spec.max) end
  if spec.min then return ("%s or more"):format(spec.min) end
  return spec.max and ("at most %s"):format(spec.max) or nil
end

local function items_range(spec)
  if spec.min_items and spec.max_items then return ("%d to %d of them"):format(spec.min_items, spec.max_items) end
  if spec.min_items then return "not empty" end
  return spec.max_items and ("at most %d of them"):format(spec.max_items) or nil
end

--- "integer, 1 to 100, default 25; a note": what a value may be.
---@param spec table as lofty.check explains
---@param beside_type boolean|nil true: leave out what its type in an editor says already
---@return string
function M.describe(spec, beside_type)
  local parts = {}
  local function add(text) parts[#parts + 1] = text end
  local element = spec.type == "array" and spec.of or {}
  local enum = spec.enum or element.enum
  if not beside_type or spec.format or element.format then add(kind_of(spec)) end
  if enum and not beside_type then add(choices(enum)) end
  add(range(spec) or range(element))
  add(length(spec) or length(element))
  add(items_range(spec))
  add(multiples(spec))
  add(default(spec))
  if spec.nullable then add("or lofty.null") end
  if spec.alone then add("without any other") end
  if spec.readonly then add("not accepted") end
  if spec.deprecated then add("deprecated") end
  local line = table.concat(parts, ", ")
  local note = spec.note and spec.note:gsub("^deprecated: ", "")
  return note and (line ~= "" and line .. "; " or "") .. note or line
end

--- The names of fields: required ones first, then by name.
---@param fields table<string, table>
---@return string[]
function M.names(fields)
  local names = {}
  for name in pairs(fields) do names[#names + 1] = name end
  table.sort(names, function(a, b)
    local first, second = fields[a].required or false, fields[b].required or false
    if first ~= second then return first end
    return a < b
  end)
  return names
end

--- One item for each field, the members of objects after their object, one level deeper.
---@param fields table<string, table>
---@param items table[]|nil what they are added to
---@param depth integer|nil
---@return { term: string, text: string, depth: integer, required: boolean }[]
function M.items(fields, items, depth)
  items, depth = items or {}, depth or 0
  for _, name in ipairs(M.names(fields)) do
    local spec = fields[name]
    items[#items + 1] = { term = name, text = M.describe(spec), depth = depth, required = spec.required or false }
    local inner = spec.fields or (spec.of or {}).fields
    if inner and depth < 4 then M.items(inner, items, depth + 1) end
  end
  return items
end

--- The same items with a mark at what is required.
---@param fields table<string, table>
---@return { term: string, text: string, depth: integer, required: boolean }[]
---@return boolean any whether there is a mark
function M.marked(fields)
  local items, any = M.items(fields), false
  for _, item in ipairs(items) do
    if item.required then item.term, any = item.term .. " *", true end
  end
  return items, any
end

--- One item for each parameter that comes by position; all of them are required.
---@param params table[] specifications with their names
---@return { term: string, text: string, depth: integer }[]
function M.positional(params)
  local items = {}
  for index, param in ipairs(params) do
    items[index] = { term = param.name .. " *", text = M.describe(param), depth = 0 }
  end
  return items
end

local function words(values)
  return table.concat(values, ", ")
end

--- Which fields there must be, and how many.
local function add_counts(add, spec)
  if spec.min_fields then add(spec.min_fields > 1 and "At least one more field." or "At least one field.") end
  if spec.at_least_one then add("At least one of %s.", words(spec.at_least_one)) end
  for _, names in ipairs(spec.one_of or {}) do
    add(names.required and "Exactly one of %s." or "At most one of %s.", words(names))
  end
end

--- What one field says of others.
local function add_relations(add, spec)
  for _, rule in ipairs(spec.needs or {}) do
    add("%s is required where %s is %s.", rule.field, rule.when, words(rule.is))
  end
  for _, rule in ipairs(spec.only or {}) do add("%s only where %s is %s.", rule.field, rule.when, words(rule.is)) end
  for _, rule in ipairs(spec.overrules or {}) do
    local value = rule.is ~= nil and " = " .. tostring(rule.is) or rule.above and " above " .. rule.above or ""
    add("%s%s excludes %s.", rule.field, value, words(rule.others))
  end
  for _, rule in ipairs(spec.together or {}) do add("%s only together with %s.", rule.field, rule.with) end
end

local function span(ms)
  return ms > DAY and ("%d days"):format(ms // DAY) or ("%d hours"):format(ms // 3600000)
end

--- The rules of an object as sentences.
---@param spec table
---@return string[]
function M.rules(spec)
  local lines = {}
  local function add(format, ...) lines[#lines + 1] = format:format(...) end
  add_counts(add, spec)
  add_relations(add, spec)
  if spec.in_order then add("%s must not be after %s.", spec.in_order[1], spec.in_order[2]) end
  if spec.max_sum then add("%s are at most %d together.", words(spec.max_sum), spec.max_sum.max) end
  if spec.max_span then add("They may be %s apart at most.", span(spec.max_span)) end
  return lines
end

return M
