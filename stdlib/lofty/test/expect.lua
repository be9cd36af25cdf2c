--- expect(x):equals(y): what a test demands. Each failure is an object with a sentence and, for tables and long texts,
--- a line for each difference.
local catalogue = require "lofty.catalogue"
local difference = require "lofty.test.difference"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"

local M = {}

---@class lofty.test.Failure
---@field message string
---@field differences string[]|nil
---@field frames string[] "x_test.lua:12", the innermost first
local Failure = { __name = "lofty.test.Failure" }
Failure.__index = Failure
Failure.__tostring = function(self)
  local text = self.message
  if self.differences and #self.differences > 0 then text = text .. "\n  " .. table.concat(self.differences, "\n  ") end
  return text
end

local OWN = "@[loftyrun]/"

--- The places of the author's code from a level of the stack outwards.
---@param level integer
---@return string[]
function M.frames(level)
  local frames = {}
  local frame = debug.getinfo(level, "Sl")
  while frame and #frames < 10 do
    if frame.what ~= "C" and frame.currentline > 0 and frame.source:sub(1, #OWN) ~= OWN then
      frames[#frames + 1] = ("%s:%d"):format(frame.short_src, frame.currentline)
    end
    level = level + 1
    frame = debug.getinfo(level, "Sl")
  end
  return frames
end

--- Raises a failure.
---@param message string
---@param differences string[]|nil
function M.fail(message, differences)
  error(setmetatable({ message = message, differences = differences, frames = M.frames(2) }, Failure), 0)
end

---@param value any
---@return boolean
function M.is_failure(value) return getmetatable(value) == Failure end

local show = difference.short

---@class lofty.test.Expectation what a value must be; made by expect(value)
---@field never lofty.test.Expectation the same demands, turned round
---@field private actual any
---@field private what string|nil
---@field private turned boolean
local Expectation = {}

local function demand(self, holds, sentence, differences)
  if (not holds) == self.turned then return end
  local subject = self.what and self.what .. ": " or ""
  M.fail(subject .. "expected " .. (self.turned and "not " or "") .. sentence, not self.turned and differences or nil)
end

--- The same value in depth; integers are no floats.
---@param expected any
function Expectation:equals(expected)
  local actual = self.actual
  local differences = not self.turned and difference.lines(expected, actual) or nil
  local sentence = ("%s, got %s"):format(show(expected), show(actual))
  if self.turned then sentence = ("to be %s"):format(show(actual)) end
  demand(self, difference.same(expected, actual), sentence, differences)
end

--- The very same value: the same table.
---@param expected any
function Expectation:is(expected)
  demand(self, rawequal(self.actual, expected), ("the very same as %s, got %s"):format(show(expected), show(self.actual)))
end

local function has_all(actual, expected)
  for key, value in pairs(expected) do
    local own = actual[key]
    local fits = type(value) == "table" and type(own) == "table" and has_all(own, value) or difference.same(value, own)
    if not fits then return false end
  end
  return true
end

local function has(actual, expected)
  if type(actual) == "string" then return type(expected) == "string" and actual:find(expected, 1, true) ~= nil end
  for _, item in ipairs(actual) do
    if difference.same(item, expected) or type(item) == "table" and type(expected) == "table" and has_all(item, expected)
    then return true end
  end
  return type(expected) == "table" and next(expected) ~= nil and #expected == 0 and has_all(actual, expected)
end

--- A text that has this piece; an array that has this item; a table that has at least these members, or an array with
--- an item that has them.
---@param expected any
function Expectation:contains(expected)
  local actual = self.actual
  if type(actual) ~= "string" and type(actual) ~= "table" then
    M.fail(("expected a text or a table that contains %s, got %s"):format(show(expected), show(actual)))
  end
  demand(self, has(actual, expected), ("%s in %s"):format(show(expected), show(actual)))
end

--- A text in which the Lua pattern is found.
---@param pattern string
function Expectation:matches(pattern)
  demand(self, type(self.actual) == "string" and self.actual:find(pattern) ~= nil,
    ("a match of %s in %s"):format(show(pattern), show(self.actual)))
end

--- A text or an array of this length.
---@param length integer of a text or an array
function Expectation:has_length(length)
  local measured = type(self.actual) == "table" or type(self.actual) == "string"
  demand(self, measured and #self.actual == length,
    ("%d of them, got %s"):format(length, measured and ("%d: %s"):format(#self.actual, show(self.actual)) or show(self.actual)))
end

--- Nothing.
function Expectation:is_nil() demand(self, self.actual == nil, "nil, got " .. show(self.actual)) end

--- true, and nothing else that counts as such.
function Expectation:is_true() demand(self, self.actual == true, "true, got " .. show(self.actual)) end

--- false, and not nil.
function Expectation:is_false() demand(self, self.actual == false, "false, got " .. show(self.actual)) end

--- Anything but nil and false.
function Expectation:exists() demand(self, self.actual and true or false, "something, got " .. show(self.actual)) end

--- A value of this type.
---@param name string "integer" and "float" as math.type names them, "string", "table", ...
function Expectation:is_a(name)
  local actual = self.actual
  demand(self, name == type(actual) or name == math.type(actual), ("a %s, got %s"):format(name, show(actual)))
end

--- A number above this one.
---@param number number
function Expectation:is_above(number)
  demand(self, math.type(self.actual) and self.actual > number, ("more than %s, got %s"):format(number, show(self.actual)))
end

--- A number below this one.
---@param number number
function Expectation:is_below(number)
  demand(self, math.type(self.actual) and self.actual < number, ("less than %s, got %s"):format(number, show(self.actual)))
end

--- A number near this one.
---@param number number
---@param by number how far from it the value may be
function Expectation:near(number, by)
  demand(self, math.type(self.actual) and math.abs(self.actual - number) <= by,
    ("%s, give or take %s, got %s"):format(number, by, show(self.actual)))
end

--- Whether an error is the one that is meant: a code, a number, or a pattern for its text.
local function is_meant(err, wanted)
  if type(wanted) == "number" then return lofty_error.is_error(err) and err:is(wanted) end
  if wanted:find("^%u[%u%d_]+$") then
    if not catalogue.find(wanted) then
      local near = catalogue.nearest(wanted)
      misuse(("expect: there is no code %s%s"):format(wanted, near and ("; did you mean %s?"):format(near) or ""))
    end
    return lofty_error.is_error(err) and err:is(wanted)
  end
  return tostring(err):find(wanted) ~= nil
end

--- A function that raises; with a code of Lofty's, a lofty error with that code; with another text, an error in whose
--- text the Lua pattern is found. Returns the error.
---@param wanted string|integer|nil
---@return any err
function Expectation:raises(wanted)
  if type(self.actual) ~= "function" then
    M.fail("expect(f):raises() needs a function, got " .. show(self.actual))
  end
  local kind = type(wanted)
  if wanted ~= nil and kind ~= "string" and math.type(wanted) ~= "integer" then
    misuse("raises: expected a code or a pattern, got " .. wording.describe(wanted))
  end
  local ok, err = pcall(self.actual)
  if M.is_failure(err) then error(err, 0) end
  local what = wanted == nil and "an error" or "the error " .. tostring(wanted)
  demand(self, not ok and (wanted == nil or is_meant(err, wanted)),
    ok and what .. ", and nothing was raised" or ("%s, got %s"):format(what, show(err)))
  return err
end

local meta = { __name = "lofty.test.Expectation" }

local METHODS = {}
for name in pairs(Expectation) do METHODS[name] = true end

meta.__index = function(self, key)
  if Expectation[key] then return Expectation[key] end
  if key == "never" then
    return setmetatable({ actual = rawget(self, "actual"), what = rawget(self, "what"),
      turned = not rawget(self, "turned") }, meta)
  end
  if key == "actual" or key == "what" then return nil end
  return misuse(("expect: there is no %s%s"):format(wording.quoted(tostring(key)),
    wording.suggestion(tostring(key), METHODS)))
end

--- What a test demands of a value: expect(lead.stage):equals("Hot").
---@param actual any
---@param what string|nil said before the sentence where it fails
---@return lofty.test.Expectation
function M.expect(actual, what)
  return setmetatable({ actual = actual, what = what, turned = false }, meta)
end

return M
