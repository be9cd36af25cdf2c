--- Tests in Lua, run by loftyrun itself: `local t = require "harness"`, then t.test(...) for each, t.finish() at the end.
local M = {}

local passed, failed = 0, 0

--- A value on one line, floats told from integers (2 and 2.0) and strings in quotes.
---@param value any
---@param depth? integer how deep already; tables deeper than 6 are cut short
---@return string
function M.show(value, depth)
  depth = depth or 0
  if type(value) == "string" then
    return (string.format("%q", value):gsub("\\\n", "\\n"))
  elseif type(value) ~= "table" then
    return tostring(value)
  elseif depth > 6 then
    return "{...}"
  end
  local parts = {}
  for i, item in ipairs(value) do
    parts[i] = M.show(item, depth + 1)
  end
  local named = {}
  for key, item in pairs(value) do
    if not (math.type(key) == "integer" and key >= 1 and key <= #parts) then
      local name = type(key) == "string" and key:match("^[%a_][%w_]*$") or "[" .. M.show(key, depth + 1) .. "]"
      named[#named + 1] = name .. " = " .. M.show(item, depth + 1)
    end
  end
  table.sort(named)
  table.move(named, 1, #named, #parts + 1, parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- Deep, and exact: 1 is not 1.0, two NaN are the same.
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return math.type(a) == math.type(b) and (a == b or a ~= a and b ~= b)
  end
  if a == b then
    return true
  end
  for key, value in pairs(a) do
    if not same(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

-- Raised where the test called the check: level 3 from inside one.
local function fail(what, message)
  error((what and what .. ": " or "") .. message, 3)
end

--- Runs one test at once; its failure is printed and the next one goes on.
---@param name string
---@param body fun() raises when it fails
function M.test(name, body)
  local ok, problem = xpcall(body, function(err)
    return type(err) == "string" and debug.traceback(err, 2) or err
  end)
  if ok then
    passed = passed + 1
    print("ok " .. name)
  else
    failed = failed + 1
    print("FAIL " .. name)
    print("  " .. tostring(problem):gsub("\n", "\n  "))
  end
end

--- Equal in depth, and integers only to integers.
---@param actual any
---@param expected any
---@param what? string
function M.equal(actual, expected, what)
  if not same(actual, expected) then
    fail(what, "expected " .. M.show(expected) .. ", got " .. M.show(actual))
  end
end

--- True, or anything but false and nil.
---@param value any
---@param what? string
function M.ok(value, what)
  if not value then
    fail(what, "expected something true, got " .. M.show(value))
  end
end

--- A string in which the pattern is found.
---@param text any
---@param pattern string
---@param what? string
function M.matches(text, pattern, what)
  if type(text) ~= "string" or not text:find(pattern) then
    fail(what, "expected a match of " .. M.show(pattern) .. " in " .. M.show(text))
  end
end

--- Raises a plain string, as misuse does, in which the pattern is found.
---@param pattern string
---@param body function
---@param ... any its arguments
---@return string message the whole message
function M.raises(pattern, body, ...)
  local ok, err = pcall(body, ...)
  if ok then
    fail(nil, "expected an error that matches " .. M.show(pattern) .. ", but nothing was raised")
  elseif type(err) ~= "string" or not err:find(pattern) then
    fail(nil, "expected an error that matches " .. M.show(pattern) .. ", got " .. tostring(err))
  end
  return err
end

--- Raises an error object with this code.
---@param code string|integer
---@param body function
---@param ... any its arguments
---@return table err the error object
function M.fails(code, body, ...)
  local ok, err = pcall(body, ...)
  if ok then
    fail(nil, "expected the error " .. tostring(code) .. ", but nothing was raised")
  elseif type(err) ~= "table" or err.code ~= code then
    fail(nil, "expected the error " .. tostring(code) .. ", got " .. tostring(err))
  end
  return err
end

--- Prints the summary; raises when a test failed, so that the exit code tells. The last line of every test file.
function M.finish()
  print(passed .. " passed, " .. failed .. " failed")
  if failed > 0 or passed == 0 then
    error("tests failed", 0)
  end
end

return M
