--- What people read: a line for each test, all about those that failed, and a sum.
local M = {}
M.__index = M

local INDENT = "  "

---@return table report
function M.new() return setmetatable({}, M) end

local function indented(text, by)
  return by .. text:gsub("\n+$", ""):gsub("\n", "\n" .. by)
end

--- What is known of a failure, on lines of their own.
---@param result lofty.test.Result
---@return string[]
function M.details(result)
  local lines = {}
  for _, problem in ipairs(result.problems or {}) do
    lines[#lines + 1] = problem.message
    for _, difference in ipairs(problem.differences or {}) do lines[#lines + 1] = INDENT .. difference end
    for _, frame in ipairs(problem.frames or {}) do lines[#lines + 1] = INDENT .. "at " .. frame end
    if problem.hint then lines[#lines + 1] = "hint: " .. problem.hint end
  end
  for index, call in ipairs(result.calls or {}) do
    if index == 1 then lines[#lines + 1] = "calls:" end
    lines[#lines + 1] = INDENT .. call
  end
  if (result.output or ""):find("%S") then
    lines[#lines + 1] = "printed:"
    lines[#lines + 1] = indented(result.output, INDENT)
  end
  return lines
end

---@param result lofty.test.Result
function M:result(result)
  local place = result.line and (" (%s:%d)"):format(result.file, result.line) or ""
  if result.status == "failed" then
    print("FAIL " .. result.name .. place)
    for _, line in ipairs(M.details(result)) do print(indented(line, INDENT)) end
  elseif result.status == "pending" then
    print(("pending %s: %s"):format(result.name, result.why))
  else
    print("ok " .. result.name)
  end
  for _, note in ipairs(result.notes or {}) do print(INDENT .. "note: " .. note) end
  io.stdout:flush()
end

---@param count table
function M:finish(count)
  if count.pending > 0 then print(("%d pending"):format(count.pending)) end
  print(("%d passed, %d failed"):format(count.passed, count.failed))
end

return M
