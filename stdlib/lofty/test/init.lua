--- Tests of automations: `local t = require "lofty.test"`, in a file *_test.lua that loftyrun test runs.

-- What a file registers is in tree.lua, how it is run in worker.lua and runner.lua.
local clock = require "lofty.test.clock"
local double = require "lofty.test.double"
local expect = require "lofty.test.expect"
local misuse = require "lofty.misuse"
local paths = require "lofty.test.paths"
local scripts = require "lofty.test.scripts"
local tree = require "lofty.test.tree"
local wording = require "lofty.wording"
local worker = require "lofty.test.worker"

if not worker.is_on then
  misuse(("lofty.test: this is a file of tests; run it with loftyrun test %s"):format(arg and arg[0] or "FILE"))
end

local M = {}

M.describe = tree.describe
M.it = tree.it
M.pending = tree.pending
M.before_each = tree.before_each
M.after_each = tree.after_each
M.before_all = tree.before_all
M.after_all = tree.after_all
M.use = tree.use
M.serial = worker.serial
M.expect = expect.expect
M.fail = expect.fail
M.calls = double.calls
M.forget_calls = double.forget_calls
M.stub = double.stub
M.only_stubs = double.only_stubs
M.refuse = double.refuse
M.respond = double.respond
M.run_script = scripts.run_script
M.serve = scripts.serve
M.fixture = paths.fixture

--- The clock of the test.
M.clock = {}

--- Puts the clock; it stands there, and only a sleep moves it.
---@param instant string|integer "2026-03-09T08:00-07:00", or milliseconds since 1970
function M.clock.set(instant) clock.set(instant) end

--- Moves the clock on. One that was not set yet stands from then on.
---@param duration string|number "2h", "1h30m", or seconds
function M.clock.advance(duration) clock.advance(duration) end

--- The time, in milliseconds since 1970.
---@return integer
function M.clock.now() return clock.now() end

return setmetatable(M, {
  __name = "lofty.test",
  __index = function(_, key)
    misuse(("lofty.test has no %s%s"):format(wording.quoted(tostring(key)), wording.suggestion(tostring(key), M)))
  end,
})
