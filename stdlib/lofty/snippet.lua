--- Lines of Lua that call an operation or branch on a code, for help and the manual.

local M = {}

local RESERVED = { ["end"] = true, ["for"] = true, ["in"] = true, ["repeat"] = true }

local FORMATS = {
  ["iso-offset"] = '"2026-03-01T15:00:00-08:00"',
  ["https-url"] = '"https://example.com/hook"',
  ["epoch-ms"] = "lofty.now()",
  ["options-json"] = [['{"option":["a","b"]}']],
  ["calendar-id"] = '"123-task"',
  ["time-zone"] = '"America/Los_Angeles"',
}

local sample

--- The required members of an object; the first member by name where an update asks for at least one.
local function sample_object(fields)
  local names = {}
  for name, spec in pairs(fields or {}) do
    if spec.required then names[#names + 1] = name end
  end
  table.sort(names)
  local parts = {}
  for i, name in ipairs(names) do
    local key = RESERVED[name] and ("[%q]"):format(name) or name
    parts[i] = ("%s = %s"):format(key, sample(fields[name], name))
  end
  return #parts > 0 and "{ " .. table.concat(parts, ", ") .. " }" or nil
end

--- A value that its specification accepts, as Lua source. Ids are variables: theirs is the reader's to know.
function sample(spec, name)
  if spec.example then return spec.example end
  if spec.format == "epoch-ms" and name:find("^start") then return "lofty.now() - 3600000" end
  if FORMATS[spec.format] then return FORMATS[spec.format] end
  if spec.enum then return type(spec.enum[1]) == "string" and ("%q"):format(spec.enum[1]) or tostring(spec.enum[1]) end
  if spec.type == "integer" and name:find("Id$") and not spec.max then return name end
  if spec.type == "integer" or spec.type == "number" then return tostring(spec.min or spec.default or 1) end
  if spec.type == "boolean" then return "true" end
  if spec.type == "array" then return ("{ %s }"):format(sample(spec.of or {}, name)) end
  if spec.type == "object" then return sample_object(spec.fields) or "{}" end
  return '"..."'
end

--- The sample with room for what the rules of the object want besides, which the reader has to choose.
local function with_more(spec, object)
  local wants = spec.at_least_one or spec.min_fields or spec.needs
  for _, names in ipairs(spec.one_of or {}) do wants = wants or names.required end
  return object and wants and object:gsub(" }$", ", ... }") or object
end

--- The arguments of a call with nothing in it but what is required.
local function arguments(row)
  local parts = {}
  for _, param in ipairs(row.params or {}) do parts[#parts + 1] = param.name end
  local body = row.body
  if body and body.type == "array" then
    parts[#parts + 1] = sample(body, "item")
  elseif body or row.query then
    local fields = {}
    for _, map in ipairs { row.query or {}, body and body.fields or {} } do
      for name, spec in pairs(map) do fields[name] = spec end
    end
    parts[#parts + 1] = with_more(body or row.rules or {}, sample_object(fields)) or body and "{ ... }"
  end
  return parts
end

--- "lofty.tasks.finish(taskId)", or "lofty.leads.list { ... }" where a table is all there is to pass.
---@param row table an operation's row
---@return string
function M.call(row)
  local parts = arguments(row)
  if #parts == 0 and row.query then parts[1] = "{ ... }" end
  local only = #parts == 1 and parts[1]:sub(1, 1) == "{"
  return ("lofty.%s" .. (only and " %s" or "(%s)")):format(row.name, table.concat(parts, ", "))
end

--- "lofty.tasks.finish, taskId": what `try` is given.
local function tried(row)
  local parts = arguments(row)
  table.insert(parts, 1, "lofty." .. row.name)
  return table.concat(parts, ", ")
end

--- A few lines that try an operation and branch on the code.
---@param code lofty.CatalogueRow
---@param documented table[] rows of operations that document the code; the one that is shortest to call is taken
---@return string
function M.branch(code, documented)
  local call
  for _, row in ipairs(documented) do
    local candidate = tried(row)
    if not call or #candidate < #call then call = candidate end
  end
  call = call or "lofty.leads.list, { limit = 100 }"
  if #call > 76 then call = call:gsub(", ", ",\n  ", 1) end
  return table.concat({
    'local lofty = require "lofty"',
    "local try, code = lofty.try, lofty.code",
    "",
    ("local _, err = try(%s)"):format(call),
    ("if err and err:is(%s) then"):format(code.name and "code." .. code.name or code.number),
    '  lofty.log.warn("left as it is", { said = err.message })',
    "elseif err then",
    "  error(err, 0)",
    "end",
  }, "\n")
end

return M
