--- JUnit's XML, as CI servers read it: a suite for each file.
local text = require "lofty.test.report.text"

local M = { is_for_programs = true }
M.__index = M

---@param file string|nil nil: standard output
---@return table report
function M.new(file)
  return setmetatable({ file = file, suites = {}, by_file = {} }, M)
end

---@param result lofty.test.Result
function M:result(result)
  local suite = self.by_file[result.file]
  if not suite then
    suite = { name = result.file ~= "" and result.file or "loftyrun test", failed = 0, pending = 0, seconds = 0 }
    self.suites[#self.suites + 1], self.by_file[result.file] = suite, suite
  end
  suite[#suite + 1] = result
  if suite[result.status] then suite[result.status] = suite[result.status] + 1 end
  suite.seconds = suite.seconds + (result.seconds or 0)
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;" }

--- What XML 1.0 cannot hold at all becomes a question mark.
local function escaped(value, in_text)
  if not utf8.len(value) then value = value:gsub("[\128-\255]", "?") end
  value = value:gsub("[\0-\8\11\12\13\14-\31]", "?"):gsub("\239\191[\190\191]", "?")
  return (value:gsub(in_text and '[&<>]' or '[&<>"\n]', ENTITIES))
end

local function case(lines, suite, result)
  local head = ('    <testcase classname="%s" name="%s" time="%.3f"'):format(escaped(suite.name), escaped(result.name),
    result.seconds or 0)
  if result.line then head = ('%s line="%d"'):format(head, result.line) end
  if result.status == "passed" then
    lines[#lines + 1] = head .. "/>"
    return
  end
  lines[#lines + 1] = head .. ">"
  if result.status == "pending" then
    lines[#lines + 1] = ('      <skipped message="%s"/>'):format(escaped(result.why))
  else
    lines[#lines + 1] = ('      <failure message="%s">%s</failure>'):format(escaped(result.problems[1].message),
      escaped(table.concat(text.details(result), "\n"), true))
  end
  lines[#lines + 1] = "    </testcase>"
end

---@param count table
function M:finish(count)
  local lines = { '<?xml version="1.0" encoding="UTF-8"?>', ('<testsuites tests="%d" failures="%d" skipped="%d">'):format(
    count.passed + count.failed + count.pending, count.failed, count.pending) }
  for _, suite in ipairs(self.suites) do
    lines[#lines + 1] = ('  <testsuite name="%s" tests="%d" failures="%d" skipped="%d" errors="0" time="%.3f">'):format(
      escaped(suite.name), #suite, suite.failed, suite.pending, suite.seconds)
    for _, result in ipairs(suite) do case(lines, suite, result) end
    lines[#lines + 1] = "  </testsuite>"
  end
  lines[#lines + 1] = "</testsuites>"
  local xml = table.concat(lines, "\n")
  if not self.file then
    print(xml)
    return
  end
  local file, why = io.open(self.file, "w")
  if not file then error("cannot write " .. why, 0) end
  local written
  written, why = file:write(xml, "\n")
  if written then written, why = file:close() end
  if not written then error(("cannot write %s: %s"):format(self.file, why), 0) end
end

return M
