--- What `loftyrun help CODE` and `loftyrun help OPERATION` print, made from the catalogue and the operations' rows.

local catalogue = require "lofty.catalogue"
local operations = require "lofty.operations"
local snippet = require "lofty.snippet"
local text = require "native.text"

local M = {}

local WIDTH = 92

--- Breaks `words` into lines that begin with `first` and go on with as many spaces.
local function wrap(first, words)
  local lines, line = {}, first
  local indent = (" "):rep(#first)
  local empty = true
  for word in words:gmatch("%S+") do
    if not empty and #line + 1 + #word > WIDTH then
      lines[#lines + 1] = line
      line, empty = indent, true
    end
    line = empty and line .. word or line .. " " .. word
    empty = false
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function labelled(label, words)
  return wrap(("  %-11s "):format(label), words)
end

local RETRY = {
  no = "no: the same call would be refused again",
  yes = "yes, after a while; a write whose outcome is unknown has to be looked up first",
  after_refresh = "only with new credentials",
  after_create = "only where the lead was made moments ago; it may take a few seconds to appear",
}

local function number_line(row)
  if row.own then return "none: this is loftyrun's own name, Lofty does not send it" end
  if row.unsure then return ("%d (not confirmed)"):format(row.number) end
  if row.number then return tostring(row.number) end
  return "not known; the name is deduced from operation, status and message (err.inferred is then true)"
end

local function status_line(row)
  if #row.statuses == 0 then return "none: no reply, or one that came with success" end
  local line = table.concat(row.statuses, ", ")
  return row.statuses[1] == 200 and line .. " (inside a reply that looks like success)" or line
end

local function same_number(row)
  local others = {}
  for _, other in ipairs(row.number and catalogue.by_number(row.number) or {}) do
    if other ~= row then others[#others + 1] = other.name end
  end
  return table.concat(others, ", ")
end

--- The operations whose rows name this code.
local function operations_with(row)
  local found = {}
  for _, name in ipairs(operations.names()) do
    local operation = operations.find(name)
    for _, code in ipairs(operation.codes or {}) do
      if code == row.name or code == row.number then found[#found + 1] = operation end
    end
  end
  return found
end

local function describe_code(row)
  local where = operations_with(row)
  local lines = {
    tostring(row.name or row.number), "",
    wrap("  ", row.meaning), "",
    labelled("What to do", row.cure),
    labelled("Category", row.category),
    labelled("Number", number_line(row)),
    labelled("HTTP status", status_line(row)),
    labelled("Retry", RETRY[row.retry]),
  }
  local twins = same_number(row)
  if twins ~= "" then lines[#lines + 1] = labelled("Same number", twins .. "; err:is matches both") end
  if #where > 0 then
    local names = {}
    for i, operation in ipairs(where) do names[i] = operation.name end
    lines[#lines + 1] = labelled("Raised by", table.concat(names, ", "))
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = snippet.branch(row, where)
  return table.concat(lines, "\n") .. "\n"
end

local FORMATS = {
  ["iso-offset"] = "time with offset, as 2026-03-01T15:00:00-08:00",
  ["https-url"] = "https URL",
  ["time-zone"] = "time zone",
  ["bare-digits"] = "string",
  ["no-html"] = 'string without "<" and ">"',
}

--- "integer, 1 to 100, default 25": what a value may be.
local function describe_spec(spec)
  local parts = { FORMATS[spec.format] or spec.format or spec.type or "any" }
  local element = spec.type == "array" and spec.of
  if element then parts[1] = ("array of %s"):format(element.type or "any") end
  if spec.enum then
    local values = {}
    for i, value in ipairs(spec.enum) do values[i] = tostring(value) end
    parts[#parts + 1] = "one of " .. table.concat(values, " | ")
  end
  if spec.min and spec.max then parts[#parts + 1] = ("%s to %s"):format(spec.min, spec.max)
  elseif spec.min then parts[#parts + 1] = ("%s or more"):format(spec.min)
  elseif spec.max then parts[#parts + 1] = ("at most %s"):format(spec.max) end
  local length = spec.max_length or element and element.max_length
  if length then parts[#parts + 1] = ("at most %d characters"):format(length) end
  if spec.default ~= nil then parts[#parts + 1] = ("default %s"):format(tostring(spec.default)) end
  if spec.readonly then parts[#parts + 1] = "not accepted" end
  local line = table.concat(parts, ", ")
  return spec.note and line .. "; " .. spec.note or line
end

--- Adds one line for each field: required ones first, then by name. Objects show theirs, `depth` levels down.
local function add_members(lines, fields, indent, depth)
  local names, width = {}, 0
  for name in pairs(fields) do
    names[#names + 1] = name
    width = math.max(width, #name)
  end
  table.sort(names, function(a, b)
    local first, second = fields[a].required or false, fields[b].required or false
    if first ~= second then return first end
    return a < b
  end)
  for _, name in ipairs(names) do
    local mark = fields[name].required and "*" or " "
    lines[#lines + 1] = wrap(("%s%s%s%s  "):format(indent, mark, name, (" "):rep(width - #name)),
      describe_spec(fields[name]))
    local inner = depth > 0 and (fields[name].fields or (fields[name].of or {}).fields)
    if inner then add_members(lines, inner, indent .. "    ", depth - 1) end
  end
end

local function add_fields(lines, heading, fields)
  if next(fields) == nil then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = heading .. " (* required)"
  add_members(lines, fields, "  ", 1)
end

local function add_codes(lines, codes)
  if not codes or #codes == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "Codes it may raise"
  for _, code in ipairs(codes) do
    local row = catalogue.find(code)
    lines[#lines + 1] = wrap(("  %-30s  "):format(code), row and row.meaning or "")
  end
end

local function describe_operation(row)
  local lines = { row.name, "", ("  %s %s"):format(row.method, row.path), wrap("  ", snippet.call(row)) }
  if row.note then lines[#lines + 1] = wrap("  ", row.note) end
  local resource, verb = row.name:match("^(.+)%.([^.]+)$")
  if row.page then
    local format = row.page == "none" and "  all at once; lofty.%s.%s goes over them one by one"
      or "  one page; lofty.%s.%s goes over all of them"
    lines[#lines + 1] = format:format(resource, operations.each_name(verb))
  end
  if row.params then
    lines[#lines + 1] = ""
    lines[#lines + 1] = "Path, by position"
    for _, param in ipairs(row.params) do
      lines[#lines + 1] = wrap(("  *%s  "):format(param.name), describe_spec(param))
    end
  end
  add_fields(lines, "Query", row.query or {})
  local body = row.body
  local element = body and body.type == "array" and body.of
  add_fields(lines, element and "Body, a list of" or "Body", (element or body or {}).fields or {})
  add_codes(lines, row.codes)
  return table.concat(lines, "\n") .. "\n"
end

local function describe_resource(resource)
  local lines = { "lofty." .. resource, "" }
  for _, name in ipairs(operations.names()) do
    if name:match("^(.+)%.") == resource then
      local row = operations.find(name)
      lines[#lines + 1] = ("  %-24s %-6s %s"):format(name, row.method, row.path)
    end
  end
  return #lines > 2 and table.concat(lines, "\n") .. "\n" or nil
end

--- The list that an iterator such as "leads.each" goes over.
local function listed_by(topic)
  for _, name in ipairs(operations.names()) do
    local resource, verb = name:match("^(.+)%.([^.]+)$")
    local row = operations.find(name)
    if row.page and topic == resource .. "." .. operations.each_name(verb) then return row end
  end
end

--- All that `describe` knows by name: operations, resources, codes, then codes known only by number.
---@return string[]
function M.topics()
  local topics = operations.names()
  table.move(operations.resources, 1, #operations.resources, #topics + 1, topics)
  for _, name in ipairs(catalogue.names()) do topics[#topics + 1] = name end
  for _, row in ipairs(catalogue.rows()) do
    if not row.name then topics[#topics + 1] = tostring(row.number) end
  end
  return topics
end

--- Explains a code (by name or number), an operation or a resource.
---@param topic string
---@return string|nil text plain, at most 100 columns; nil where there is nothing of that name
---@return string|nil suggestion the nearest name there is
function M.describe(topic)
  topic = topic:gsub("^lofty%.", ""):gsub("^code%.", "")
  local row = catalogue.find(topic) or catalogue.find(topic:upper())
  if row then
    local parts = {}
    -- A number stands for all names that share it.
    local rows = row.name ~= topic:upper() and catalogue.by_number(row.number) or { row }
    for i, each in ipairs(rows) do parts[i] = describe_code(each) end
    return table.concat(parts, "\n")
  end
  local operation = operations.find(topic) or listed_by(topic)
  if operation then return describe_operation(operation) end
  local resource = describe_resource(topic)
  if resource then return resource end
  local spelling = topic:find("^[%u%d_]+$") and topic or topic:find("%.") and topic or topic:upper()
  return nil, text.nearest(topic, M.topics()) or text.nearest(spelling, M.topics())
end

return M
