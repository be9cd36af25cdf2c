--- The catalogue of codes: everything a call can fail with, and what to do about it.
--- Errors, `lofty.code`, help, editor types and the sandbox's refusals all come from here.
---
--- Lofty's codes are numbers on the wire; its documentation gives names. Where the number of a name is known the row
--- has both, otherwise only one of them. See lofty.deduce for how a name is found when the wire does not give one.

local text = require "native.text"

---@class lofty.CatalogueRow
---@field name string|nil the documented name; nil where Lofty documents or sends only a number
---@field number integer|nil the number on the wire, where it is known
---@field unsure boolean|nil true where the number was never seen live or documented
---@field statuses integer[] HTTP statuses it comes with
---@field category lofty.Category
---@field retry "no"|"yes"|"after_refresh"|"after_create"
---@field meaning string what happened
---@field cure string what to do about it
---@field infer { where: string[]|nil, says: string[], unless: string[]|nil, statuses: integer[]|nil }|nil
---   evidence in a message: `says` are Lua patterns for the lower-cased message, `unless` patterns that rule the row out,
---   `where` prefixes of operation names (nil: any), `statuses` replaces the row's own where it also comes with others
---@field own boolean|nil a failure of loftyrun's making
---@field unsent boolean|nil the request certainly never left

local M = {}

local rows, by_name, by_number, names

local function add(row)
  rows[#rows + 1] = row
  if row.name then
    by_name[row.name] = row
    names[#names + 1] = row.name
  end
  if row.number then
    by_number[row.number] = by_number[row.number] or {}
    table.insert(by_number[row.number], row)
  end
end

--- The data is read when it is first asked for: a run in which nothing fails never needs it.
local function load_rows()
  if rows then return end
  rows, by_name, by_number, names = {}, {}, {}, {}
  for _, row in ipairs(require "lofty.catalogue_rows") do add(row) end
  for _, row in ipairs(require "lofty.catalogue_own") do add(row) end
  table.sort(names)
end

--- Lofty's codes in the order of its documentation, then our own.
---@return lofty.CatalogueRow[]
function M.rows()
  load_rows()
  return rows
end

--- A code as the wire may spell it, as an integer: 20006, 20006.0 and "20006" are the same.
---@param code any
---@return integer|nil number nil where it is not a whole number
function M.to_number(code)
  if type(code) == "string" then
    code = code:match("^%s*(%-?%d+)%s*$")
    code = code and tonumber(code)
  end
  return type(code) == "number" and math.tointeger(code) or nil
end

--- The row of a code. A number that several names share gives the first of them.
---@param code string|integer a name, a number, or a number as text
---@return lofty.CatalogueRow|nil
function M.find(code)
  load_rows()
  if by_name[code] then return by_name[code] end
  local number = M.to_number(code)
  return number and by_number[number] and by_number[number][1] or nil
end

--- All rows with this number: two for 20006 and 200062, none for a number nobody has documented.
---@param number integer
---@return lofty.CatalogueRow[]
function M.by_number(number)
  load_rows()
  return by_number[number] or {}
end

--- The catalogue's name nearest to a misspelt one, for "did you mean".
---@param name string
---@return string|nil
function M.nearest(name)
  load_rows()
  return text.nearest(name:upper(), names)
end

--- All names, sorted; codes known only by number are not among them.
---@return string[] a copy, yours to change
function M.names()
  load_rows()
  return table.move(names, 1, #names, 1, {})
end

local STATUS_NAMES = {
  [401] = "UNAUTHORIZED", [403] = "FORBIDDEN", [404] = "NOT_FOUND", [408] = "TIMEOUT", [429] = "TOO_MANY_REQUESTS",
}

--- The row that stands for an HTTP status when the reply carried no code.
---@param status integer
---@return lofty.CatalogueRow
function M.for_status(status)
  load_rows()
  local name = STATUS_NAMES[status]
  if not name then
    if status >= 500 then name = "SERVER_ERROR"
    elseif status >= 400 then name = "BAD_REQUEST"
    else name = "INVALID_RESPONSE" end
  end
  return by_name[name]
end

return M
