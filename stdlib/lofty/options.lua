--- Tables of options that functions of lofty take. A misspelt one would be left out in silence, so whatever is unknown is
--- refused at the script's line, with what was probably meant.
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"

local M = {}

--- Raises for the first name in a table that is none of `known`.
---@param what string what was called, such as "lofty.map"
---@param given table
---@param known table<string, any> by name
---@param kind "option"|"field"
function M.refuse_unknown(what, given, known, kind)
  for _, key in ipairs(wording.sorted_keys(given)) do
    if not known[key] then
      misuse(("%s: unknown %s %s%s"):format(what, kind, wording.quoted(tostring(key)),
        wording.suggestion(tostring(key), known)))
    end
  end
end

--- Checks a table of fields; raises where it is none.
---@param what string
---@param fields any
---@param known table<string, any>
function M.check_fields(what, fields, known)
  if type(fields) ~= "table" then misuse(("%s: expected a table, got %s"):format(what, wording.describe(fields))) end
  M.refuse_unknown(what, fields, known, "field")
end

--- Checks options that may be left out altogether.
---@param what string
---@param place "second"|"third" which argument they are
---@param given any
---@param known table<string, any>
---@return table options
function M.check(what, place, given, known)
  if given == nil then return {} end
  if type(given) ~= "table" then
    misuse(("%s: the %s argument must be a table of options, got %s"):format(what, place, wording.describe(given)))
  end
  M.refuse_unknown(what, given, known, "option")
  return given
end

return M
