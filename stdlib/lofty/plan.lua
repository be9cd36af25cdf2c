--- What rows and specifications ask for, found out once for all calls: they are never changed.
local retry = require "lofty.retry"
local rules = require "lofty.rules"

local M = {}

--- A table by row or specification, that `make` fills when a key is first asked for.
local function found_out_by(make)
  return setmetatable({}, { __mode = "k", __index = function(plans, key)
    local plan = make(key)
    plans[key] = plan
    return plan
  end })
end

local function names_with(key, fields)
  local names = {}
  for name, field in pairs(fields) do
    if field[key] then names[#names + 1] = name end
  end
  table.sort(names)
  return #names > 0 and names or nil
end

---@class lofty.Plan names in order; nil where there are none
---@field required string[]|nil of the fields that must be there
---@field always string[]|nil of those that are sent also where they were left out
---@field alone string[]|nil of those that suffer no other beside them
---@field rules lofty.Rules|nil

---@type table<table, lofty.Plan> by the specification of an object with `fields`
M.objects = found_out_by(function(spec)
  local plan = { rules = rules.of(spec) }
  for _, key in ipairs { "required", "always", "alone" } do plan[key] = names_with(key, spec.fields) end
  return plan
end)

---@type table<table, table> by row: its query's parameters as the specification of an object
M.queries = found_out_by(function(row)
  local spec = { fields = row.query or {} }
  for key, value in pairs(row.rules or {}) do spec[key] = value end
  return spec
end)

--- A row's path taken apart: its text, and at each second place the name of a parameter.
local function pieces_of(path)
  local pieces = {}
  for text_before, what in (path .. "{}"):gmatch("([^{]*){([^}]*)}") do
    pieces[#pieces + 1] = text_before
    pieces[#pieces + 1] = what ~= "" and what or nil
  end
  return pieces
end

local SENDS_QUERY = { GET = true, DELETE = true, HEAD = true }

---@class lofty.CallPlan
---@field params integer how many parameters the path has
---@field takes_table boolean whether there is anything to put into a table
---@field sends_query boolean whether that goes into the URL
---@field optional boolean whether nothing need be in the table, nor is anything put into it
---@field reads boolean whether it changes nothing
---@field pieces string[] of the path: text, then in turns the name of a parameter and the text behind it

---@type table<table, lofty.CallPlan> by row
M.calls = found_out_by(function(row)
  local spec = row.body or M.queries[row]
  local plan = spec.fields and M.objects[spec]
  return {
    optional = plan and not (plan.required or plan.always or plan.rules) or false,
    params = row.params and #row.params or 0,
    takes_table = row.query ~= nil or row.body ~= nil,
    sends_query = SENDS_QUERY[row.method] or false,
    reads = retry.safety(row) == "read",
    pieces = pieces_of(row.path),
  }
end)

return M
