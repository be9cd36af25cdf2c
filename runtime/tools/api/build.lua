--- From an OpenAPI description and the overrides to the texts of all generated files.
local emit = require "emit"
local fit = require "fit"
local merge = require "merge"
local spec = require "spec"

local M = {}

--- Raises all problems at once, a line for each.
local function raise(problems)
  if #problems > 0 then error(table.concat(problems, "\n"), 0) end
end

--- A description may only add or lose operations together with the list of names.
local function check_names(operations, names)
  local problems, places = {}, {}
  for place in pairs(operations) do
    if not names[place] then problems[#problems + 1] = place .. " is new: give it a name in names.lua" end
  end
  for place, name in pairs(names) do
    if not operations[place] then
      problems[#problems + 1] = ("%s (%s) is gone: take it out of names.lua and overrides.lua"):format(place, name)
    end
    if places[name] then problems[#problems + 1] = ("names.lua: two operations are called %s"):format(name) end
    places[name] = place
  end
  table.sort(problems)
  raise(problems)
  return places
end

--- A body of one member is a wrapper round it; one number is the id of what was made.
local function unwrap(row, answer, schemas)
  local whole = answer and merge.resolved(answer, schemas)
  if not whole then return end
  if whole.type == "string" then row.text = true end
  local members = {}
  for name in pairs(whole.fields or {}) do
    if not name:find("^_") then members[#members + 1] = name end
  end
  if #members ~= 1 then return end
  local name, kind = members[1], merge.resolved(whole.fields[members[1]], schemas).type
  if kind == "array" or kind == "object" then row.reply = name end
  -- What the caller passed in the path tells nothing new when it comes back.
  if kind == "integer" and not row.path:find("{" .. name .. "}", 1, true) then row.answers = name end
end

--- The specification of what a call returns: the part of the reply's body that `reply` names.
local function result_of(row, answer, schemas)
  local result = answer
  for member in (row.reply or ""):gmatch("[^.]+") do
    local whole = result and merge.resolved(result, schemas)
    if not whole or not whole.fields or not whole.fields[member] then return answer end
    result = whole.fields[member]
  end
  return result
end

--- Seen live: the metadata of a page is spelt so; in the description the name begins with "get".
local function mend_metadata(schemas)
  for _, schema in pairs(schemas) do
    for _, name in ipairs { "_metadata", "_listingMetadata" } do
      local fields = schema.fields or {}
      fields[name], fields["get" .. name] = fields["get" .. name] or fields[name], nil
    end
  end
end

--- What may not be written can be read all the same.
local function forget_readonly(value)
  if type(value) ~= "table" then return end
  if value.readonly == true then value.readonly = nil end
  for _, member in pairs(value) do forget_readonly(member) end
end

--- Does `change(name, value)` for each, in the order of the names, and notes what it raises.
local function each(map, problems, change)
  for _, name in ipairs(merge.sorted_names(map)) do
    local ok, problem = pcall(change, name, map[name])
    if not ok then problems[#problems + 1] = tostring(problem) end
  end
end

local function sort_out(operations, places, overrides, schemas, reply_schemas, problems)
  local rows, replies = {}, {}
  each(places, problems, function(name, place)
    local operation = operations[place]
    local resource, verb = name:match("^(.+)%.([^.]+)$")
    unwrap(operation.row, operation.answer, reply_schemas)
    local change = overrides.operations[name]
    local row = change and merge.row(operation.row, change, schemas, name) or operation.row
    fit.check_row(row, name)
    rows[resource], replies[resource] = rows[resource] or {}, replies[resource] or {}
    rows[resource][verb] = row
    replies[resource][verb] = overrides.replies[name] or result_of(row, operation.answer, reply_schemas)
  end)
  return rows, replies
end

--- How the description calls each operation.
local function called(operations, places)
  local by_name = {}
  for name, place in pairs(places) do by_name[name] = operations[place].called end
  return by_name
end

local function check_overrides(overrides, places, problems)
  for _, changes in ipairs { overrides.operations, overrides.replies } do
    for name in pairs(changes) do
      if not places[name] then problems[#problems + 1] = "there is no operation " .. name end
    end
  end
end

--- The texts of all generated files, by path. Raises a text, of a line for each problem, where the description, the
--- names and the overrides do not fit each other.
---@param description table the decoded OpenAPI document
---@param names table<string, string> names.lua
---@param overrides table overrides.lua
---@return table<string, string> texts
function M.texts(description, names, overrides)
  if type(description) ~= "table" or type(description.paths) ~= "table" then
    error("this is no OpenAPI description: it has no paths", 0)
  end
  local operations, schemas = spec.read(description)
  local places, problems = check_names(operations, names), {}
  check_overrides(overrides, places, problems)
  mend_metadata(schemas)
  local reply_schemas = merge.copy(schemas)
  forget_readonly(reply_schemas)
  merge.schemas(schemas, overrides.schemas, problems)
  merge.schemas(reply_schemas, overrides.reply_schemas, problems)
  each(schemas, problems, function(name, schema) fit.check(schema, name) end)
  local rows, replies = sort_out(operations, places, overrides, schemas, reply_schemas, problems)
  raise(problems)
  local texts = emit.folder("stdlib/lofty/operations", "Operations", rows, schemas)
  local more = emit.folder("stdlib/lofty/replies", "Replies", replies, reply_schemas)
  for path, text in pairs(more) do texts[path] = text end
  texts["stdlib/lofty/resources.lua"] = emit.list("The resources that have operations", emit.names(rows))
  texts["stdlib/lofty/manual/called.lua"] = emit.list("What Lofty's description calls each operation, and under which "
    .. "heading", called(operations, places))
  return texts
end

--- The files of these resources, which may no longer be wanted.
---@param resources string[]
---@return string[] paths
function M.paths(resources)
  local paths = {}
  for _, resource in ipairs(resources) do
    paths[#paths + 1] = emit.path("stdlib/lofty/operations", resource)
    paths[#paths + 1] = emit.path("stdlib/lofty/replies", resource)
  end
  return paths
end

return M
