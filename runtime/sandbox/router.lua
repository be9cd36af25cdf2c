--- Paths to handlers. A template's `{name}` segments reach the handler as request.path_params.

local M = {}

local function split(path)
  local segments = {}
  for segment in path:gmatch("[^/]+") do
    segments[#segments + 1] = segment
  end
  return segments
end

-- The captured parameters when the segments fit the template, or nil.
local function capture(template, segments)
  if #template ~= #segments then
    return nil
  end
  local params = {}
  for i, want in ipairs(template) do
    local name = want:match("^{(.+)}$")
    if name then
      params[name] = segments[i]
    elseif want ~= segments[i] then
      return nil
    end
  end
  return params
end

local function count_names(template)
  local names = 0
  for _, segment in ipairs(template) do
    names = names + (segment:find("^{") and 1 or 0)
  end
  return names
end

-- Templates of one length, a fixed segment (my-tasks) before a parameter in its place.
local function group(rows)
  local groups = {}
  for index, row in ipairs(rows) do
    local template = split(row[2])
    local same = groups[#template] or {}
    groups[#template] = same
    same[#same + 1] = { row = row, template = template, names = count_names(template), index = index }
  end
  for _, same in pairs(groups) do
    table.sort(same, function(a, b)
      return a.names < b.names or (a.names == b.names and a.index < b.index)
    end)
  end
  return groups
end

--- Builds a router from rows { method, template, handler [, options] }, in any order.
---@param rows table
---@return fun(method: string, path: string): table|nil, table|boolean find
---   find gives row and parameters, or nil and whether the path exists with another method
function M.new(rows)
  local groups = group(rows)
  return function(method, path)
    local segments = split(path)
    local known = false
    for _, entry in ipairs(groups[#segments] or {}) do
      local params = capture(entry.template, segments)
      if params then
        if entry.row[1] == method then
          return entry.row, params
        end
        known = true
      end
    end
    return nil, known
  end
end

return M
