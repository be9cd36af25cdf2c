--- The Test Anything Protocol, version 14.
local text = require "lofty.test.report.text"

local M = { is_for_programs = true }
M.__index = M

---@return table report
function M.new()
  print("TAP version 14")
  return setmetatable({ count = 0 }, M)
end

local function escaped(name)
  return (name:gsub("[\\#]", "\\%0"))
end

---@param result lofty.test.Result
function M:result(result)
  self.count = self.count + 1
  local mark = result.status == "failed" and "not ok" or "ok"
  local skipped = result.status == "pending" and " # SKIP " .. result.why or ""
  local place = result.file ~= "" and result.file ~= result.name and result.file .. ": " or ""
  print(("%s %d - %s%s"):format(mark, self.count, escaped(place .. result.name), skipped))
  if result.status ~= "failed" then return end
  for _, line in ipairs(text.details(result)) do print("# " .. line:gsub("\n", "\n# ")) end
  io.stdout:flush()
end

function M:finish() print(("1..%d"):format(self.count)) end

return M
