--- The safe helpers that stand beside the operations in a resource's table: lofty.leads.add_tags and its like. Each is
--- made of operations and gets round one of Lofty's sharp edges.
---
--- A file in lofty/helpers/ describes those of one resource by name, and lofty/helpers/names.lua lists the names, each
--- of which is no operation's. A helper has
---   name      such as "leads.add_tags"; it learns it here
---   usage     a sample call, without "lofty."
---   summary   one sentence
---   params    what comes by position, and `fields`, what the table after it may hold: specifications as an operation
---             has them (lofty.check)
---   fields_at_least_one  names of fields, of which one must be there
---   body_of   the operation whose body its first param is; `refused` tells what of that it refuses all the same
---   uses      the operations it calls
---   returns   what it returns, in a few words
---   raises    codes that it raises by itself or that scripts want to branch on
---   habits    sentences: what it guarantees, and what it cannot
---   call      the function; it gets the params and then the table, all of them checked and in their clean form
--- Every helper returns one value: a second one would look like an error to those who write
--- `local result, err = lofty.try(helper, ...)`.
local check = require "lofty.check"
local misuse = require "lofty.misuse"
local names_of = require "lofty.helpers.names"
local nearest = require("native.text").nearest
local wording = require "lofty.wording"

local M = {}

---@type string[] resources that have helpers
M.resources = wording.sorted_keys(names_of)

---@class lofty.Helper
---@field name string
---@field usage string
---@field summary string
---@field params table[]
---@field fields table<string, table>|nil
---@field fields_at_least_one string[]|nil
---@field body_of string|nil
---@field refused (fun(fields: any): string|nil)|nil
---@field uses string[]
---@field returns string
---@field raises string[]
---@field habits string[]|nil
---@field call fun(...): any

--- All helpers of one resource, by verb.
---@param resource string
---@return table<string, lofty.Helper> empty where it has none
function M.rows(resource)
  if not names_of[resource] then return {} end
  local rows = require("lofty.helpers." .. resource)
  for verb, helper in pairs(rows) do helper.name = resource .. "." .. verb end
  return rows
end

--- Every helper, sorted by name.
---@return lofty.Helper[]
function M.list()
  local list = {}
  for _, resource in ipairs(M.resources) do
    for _, helper in pairs(M.rows(resource)) do list[#list + 1] = helper end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

--- The helper of that name, or nil and the nearest name there is (nil when none is near).
---@param name string such as "leads.add_tags"
---@return lofty.Helper|nil helper
---@return string|nil nearest_name
function M.find(name)
  local names = {}
  for _, helper in ipairs(M.list()) do
    if helper.name == name then return helper end
    names[#names + 1] = helper.name
  end
  return nil, nearest(name, names)
end

local function lacks_all(helper, fields)
  for _, name in ipairs(helper.fields_at_least_one or {}) do
    if fields[name] ~= nil then return false end
  end
  return helper.fields_at_least_one ~= nil
end

--- What is said of a table that has none of the names of which one must be there.
---@param helper lofty.Helper
---@return string
function M.none_of(helper)
  return ("%s: %s is required"):format(helper.name, wording.listed(helper.fields_at_least_one, "or"))
end

--- What is said of something else in the place of the table.
---@param helper lofty.Helper
---@param value any
---@return string
function M.no_table(helper, value)
  return ("%s: expected a table, got %s: %s"):format(helper.name, wording.describe(value), helper.usage)
end

--- Checks the table after the params.
local function checked_fields(helper, fields)
  local name = helper.name
  if fields ~= nil and type(fields) ~= "table" then
    misuse(M.no_table(helper, fields))
  end
  local message, clean = check.query({ name = name, query = helper.fields }, fields or {})
  if message then misuse(message) end
  if lacks_all(helper, clean) then
    misuse(M.none_of(helper))
  end
  return clean
end

--- What is said of a call with more arguments than it takes.
---@param helper lofty.Helper
---@param count integer
---@return string
function M.too_many(helper, count)
  local most = #helper.params + (helper.fields and 1 or 0)
  return ("%s: takes at most %d argument%s, got %d: %s"):format(helper.name, most, most == 1 and "" or "s", count,
    helper.usage)
end

--- Calls a helper. Raises a plain string at the script's line for a mistake in the call, and then nothing is sent.
---@param helper lofty.Helper
---@param ... any its params by position, then its table
---@return any
function M.call(helper, ...)
  local given, count = { ... }, #helper.params
  local most = count + (helper.fields and 1 or 0)
  if select("#", ...) > most then
    misuse(M.too_many(helper, select("#", ...)))
  end
  local message, values = check.params({ name = helper.name, params = helper.params }, given)
  if message then misuse(message) end
  if helper.fields then values[count + 1] = checked_fields(helper, given[count + 1]) end
  return helper.call(table.unpack(values, 1, most))
end

return M
