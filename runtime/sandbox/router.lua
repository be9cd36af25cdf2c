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

--- Builds a router from rows { method, template, handler [, options] }. Rows are tried in order, so a fixed segment
--- (my-tasks) goes before a parameter in its place.
---@param rows table
---@return fun(method: string, path: string): table|nil, table|boolean find
---   find gives row and parameters, or nil and whether the path exists with another method
function M.new(rows)
  local compiled = {}
  for _, row in ipairs(rows) do
    compiled[#compiled + 1] = { row = row, template = split(row[2]) }
  end
  return function(method, path)
    local segments = split(path)
    local known = false
    for _, entry in ipairs(compiled) do
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
