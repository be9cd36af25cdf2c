--- How the invented team has set up its deals: a pipeline of stages for each type of transaction, and custom fields.

local json = require "native.json"

local M = {}

-- Types and stages in the team's order. `closed` and `cancelled` mark what a deal of Brokermint's moves to.
M.pipelines = {
  { type = "Purchase", stages = {
    { id = 88001, name = "Pre-contract" }, { id = 88002, name = "Under Contract" },
    { id = 88003, name = "Closed", closed = true }, { id = 88004, name = "Cancelled", cancelled = true },
  } },
  { type = "Listing", stages = {
    { id = 88011, name = "Pre-listing" }, { id = 88012, name = "Active" }, { id = 88013, name = "Offer Accepted" },
    { id = 88014, name = "Sold", closed = true }, { id = 88015, name = "Withdrawn", cancelled = true },
  } },
  { type = "Lease", stages = {
    { id = 88021, name = "Application" }, { id = 88022, name = "Lease Signed", closed = true },
    { id = 88023, name = "Fell Through", cancelled = true },
  } },
  { type = "Other", stages = {
    { id = 88031, name = "Open" }, { id = 88032, name = "Done", closed = true },
    { id = 88033, name = "Dropped", cancelled = true },
  } },
}

local function options(...)
  local list = json.array({})
  for i, label in ipairs { ... } do
    list[i] = { label = label, value = tostring(i) }
  end
  return (assert(json.encode(list)))
end

-- `params` is a JSON text, as documented, and empty for types without options.
M.custom_fields = {
  { id = 91001, name = "Closing Attorney", type = "TEXT", params = "" },
  { id = 91002, name = "Walk-through", type = "DATE", params = "" },
  { id = 91003, name = "Earnest Money", type = "CURRENCY", params = "" },
  { id = 91004, name = "Lead Fee", type = "PERCENTAGE", params = "" },
  { id = 91005, name = "Financing", type = "Single-Select", params = options("Cash", "Conventional", "FHA", "VA") },
  { id = 91006, name = "Contingencies", type = "Multi-Select", params = options("Inspection", "Appraisal", "Sale") },
}

local by_type, is_field = {}, {}
for _, pipeline in ipairs(M.pipelines) do
  by_type[pipeline.type] = pipeline
end
for _, field in ipairs(M.custom_fields) do
  is_field[field.id] = true
end

--- The pipeline of a type, in exactly this spelling.
---@param name string|nil
---@return table|nil
function M.find(name)
  return by_type[name]
end

--- A stage by name, in any letter case.
---@param pipeline table
---@param name string|nil
---@return table|nil
function M.stage(pipeline, name)
  for _, stage in ipairs(pipeline.stages) do
    if name and stage.name:lower() == name:lower() then
      return stage
    end
  end
  return nil
end

--- The stage that is marked as the end of a deal.
---@param pipeline table
---@param mark "closed"|"cancelled"
---@return table
function M.last_stage(pipeline, mark)
  for _, stage in ipairs(pipeline.stages) do
    if stage[mark] then
      return stage
    end
  end
  error("no such stage in " .. pipeline.type)
end

--- Whether the team has a custom field of this id.
---@param id integer|nil
---@return boolean
function M.has_field(id)
  return id ~= nil and is_field[id] or false
end

return M
