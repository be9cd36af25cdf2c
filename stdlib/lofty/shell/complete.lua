--- What a word of loftyrun's command line may become, where the catalogues know it (runtime/cmd/completion_words.c).
--- Each function returns lines, a word and behind a tab what it is.
local operations = require "lofty.operations"

local M = {}

--- Every operation, with its call to Lofty.
function M.operations()
  local lines = {}
  for index, name in ipairs(operations.names()) do
    local row = operations.find(name)
    lines[index] = ("%s\t%s %s"):format(name, row.method, row.path)
  end
  return lines
end

--- The fields of an operation as NAME=; of a method the paths that there are, up to what differs from call to call.
---@param word string "leads.update" or "GET"
function M.fields(word)
  local names, lines = {}, {}
  if word:find("^%u+$") then
    for _, name in ipairs(operations.names()) do
      local row = operations.find(name)
      if row.method == word then names[row.path:match("^[^{]*")] = row.name end
    end
  else
    local row = operations.find((word:gsub("^lofty%.", "")))
    for _, fields in ipairs { row and row.query or {}, row and row.body and row.body.fields or {} } do
      for name, spec in pairs(fields) do
        names[name .. "="] = type(spec) == "table" and spec.type or ""
      end
    end
  end
  for name, about in pairs(names) do lines[#lines + 1] = ("%s\t%s"):format(name, about) end
  table.sort(lines)
  return lines
end

--- What loftyrun help explains out of the catalogues.
function M.topics()
  local lines = require("lofty.help").topics()
  for _, name in ipairs { "operations", "helpers", "modules", "codes", "grants" } do lines[#lines + 1] = name end
  return lines
end

--- The names of all grants.
function M.grants()
  local lines, seen = {}, {}
  for _, class in pairs(require "lofty.guard.operations") do
    for _, need in ipairs(class.needs or {}) do
      if not seen[need.grant] then lines[#lines + 1] = need.grant end
      seen[need.grant] = true
    end
  end
  table.sort(lines)
  return lines
end

return M
