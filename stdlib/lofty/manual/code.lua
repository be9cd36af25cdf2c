--- The manual's page of one code, from the catalogue.
local Page = require "lofty.manual.page"
local catalogue = require "lofty.catalogue"
local operations = require "lofty.operations"
local snippet = require "lofty.snippet"

local M = {}

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

--- The page of a code.
---@param row lofty.CatalogueRow
---@return lofty.manual.Page
function M.page(row)
  local where = operations_with(row)
  local page = Page.new(tostring(row.name or row.number), row.meaning)
  local items = {}
  local function add(term, text) items[#items + 1] = { term = term, text = text, depth = 0 } end
  add("What to do", row.cure)
  add("Category", row.category)
  add("Number", number_line(row))
  add("HTTP status", status_line(row))
  add("Retry", RETRY[row.retry])
  local twins = same_number(row)
  if twins ~= "" then add("Same number", twins .. "; err:is matches both") end
  if #where > 0 then
    local names = {}
    for index, operation in ipairs(where) do names[index] = operation.name end
    add("Raised by", table.concat(names, ", "))
  end
  return page:text(row.meaning):list(items):heading("In a script"):code(snippet.branch(row, where))
end

return M
