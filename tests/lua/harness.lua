--- What the tests of the library add to lofty.test: the tests of a file share one process and one sandbox, of the seed
--- that its first line names (`-- sandbox: demo`), and checks are functions. Run them with loftyrun test tests/lua.
local difference = require "lofty.test.difference"
local test = require "lofty.test"

local M = {}

local expect = test.expect

local function seed()
  local file <close> = assert(io.open(arg[0]))
  return (file:read("l") or ""):match("^%-%-%s*sandbox:%s*(%S+)")
end

test.use { seed = seed() or "empty" }
test.serial()

M.after_all = test.after_all
M.test = test.it
M.show = difference.show

--- Equal in depth, and integers only to integers.
---@param actual any
---@param expected any
---@param what? string
function M.equal(actual, expected, what) expect(actual, what):equals(expected) end

--- True, or anything but false and nil.
---@param value any
---@param what? string
function M.ok(value, what) expect(value, what):exists() end

--- A string in which the pattern is found.
---@param text any
---@param pattern string
---@param what? string
function M.matches(text, pattern, what) expect(text, what):matches(pattern) end

--- Raises a plain string, as misuse does, in which the pattern is found.
---@param pattern string
---@param body function
---@param ... any its arguments
---@return string message the whole message
function M.raises(pattern, body, ...)
  local ok, err = pcall(body, ...)
  if ok then test.fail("expected an error that matches " .. M.show(pattern) .. ", and nothing was raised") end
  if type(err) ~= "string" or not err:find(pattern) then
    test.fail(("expected an error that matches %s, got %s"):format(M.show(pattern), tostring(err)))
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
  if ok then test.fail(("expected the error %s, and nothing was raised"):format(code)) end
  if type(err) ~= "table" or err.code ~= code then
    test.fail(("expected the error %s, got %s"):format(code, tostring(err)))
  end
  return err
end

return M
