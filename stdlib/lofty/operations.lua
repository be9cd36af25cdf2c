--- Finding an operation's row by its name. A resource's rows are a file of their own in lofty/operations/, loaded when
--- they are first asked for.
local nearest = require("native.text").nearest

local M = {}

---@type string[] a dot makes a namespace: "v1.tasks" is lofty.v1.tasks, in lofty/operations/v1/tasks.lua
M.resources = require "lofty.resources"

--- All rows of one resource, by verb. Each row learns its full name on the way.
---@param resource string one of M.resources
---@return table<string, table>
function M.rows(resource)
  local rows = require("lofty.operations." .. resource)
  for verb, row in pairs(rows) do row.name = resource .. "." .. verb end
  return rows
end

--- Every operation's name, sorted.
---@return string[]
function M.names()
  local names = {}
  for _, resource in ipairs(M.resources) do
    for _, row in pairs(M.rows(resource)) do names[#names + 1] = row.name end
  end
  table.sort(names)
  return names
end

--- The name of the iterator beside a list: `each` for `list`, `each_tags` for `list_tags`, `each_mine` for `mine`.
---@param verb string
---@return string
function M.each_name(verb)
  return verb == "list" and "each" or "each_" .. (verb:match("^list_(.+)$") or verb)
end

--- The row of "tasks.finish", or nil and the nearest name there is (nil when none is near).
---@param name string
---@return table|nil row
---@return string|nil nearest_name
function M.find(name)
  local resource, verb = name:match("^(.+)%.([^.]+)$")
  for _, known in ipairs(M.resources) do
    if known == resource then
      local row = M.rows(resource)[verb]
      if row then return row end
    end
  end
  return nil, nearest(name, M.names())
end

return M
