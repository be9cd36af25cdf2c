local t = require "harness"
local clock = require "native.clock"
local lofty = require "lofty"
local native = require "native.quota"
local permits = require "lofty.permits"

--- Permits of each class, by operation: `count` are there, and one more comes each time somebody has slept.
local there = {}
local asked = {}
local CLASS = { common = 0, other = 0, apart = 1 }

native.class = function(name) return CLASS[name] end -- luacheck: ignore 122
native.take = function(name) -- luacheck: ignore 122
  local class = CLASS[name]
  asked[#asked + 1] = name
  if there[class] > 0 then
    there[class] = there[class] - 1
    return 0
  end
  return 1, "limit"
end
local sleep = clock.sleep
clock.sleep = function(...) -- luacheck: ignore 122
  local slept, code, message = sleep(...)
  for class, count in pairs(there) do there[class] = count + 1 end
  return slept, code, message
end

local function reset(common, apart)
  there, asked = { [0] = common, [1] = apart }, {}
end

t.test("a permit that is there costs one question", function()
  reset(1, 0)
  t.equal(permits.wait { name = "common" }, 0)
  t.equal(#asked, 1)
end)

t.test("permits are had in the order in which they were asked for", function()
  reset(0, 0)
  local order, tasks = {}, {}
  for index = 1, 20 do
    tasks[index] = lofty.spawn(function()
      permits.wait { name = index % 2 == 0 and "common" or "other" }
      order[#order + 1] = index
    end)
  end
  for _, task in ipairs(tasks) do task:wait() end
  for index = 1, 20 do t.equal(order[index], index) end
end)

t.test("who comes when one is free does not go before those who wait", function()
  reset(0, 0)
  local order = {}
  local first = lofty.spawn(function() permits.wait { name = "common" } order[#order + 1] = "first" end)
  local second = lofty.spawn(function() permits.wait { name = "common" } order[#order + 1] = "second" end)
  lofty.sleep(0)
  there[0] = 1
  permits.wait { name = "common" }
  order[#order + 1] = "third"
  first:wait()
  second:wait()
  t.equal(order, { "first", "second", "third" })
end)

t.test("a class that is used up holds up no other", function()
  reset(0, 5)
  local waiting = lofty.spawn(permits.wait, { name = "common" })
  lofty.sleep(0)
  t.equal(permits.wait { name = "apart" } < 1000, true)
  waiting:wait()
end)

t.test("one that is cancelled leaves the line, wherever it stands", function()
  for _, gone in ipairs { 1, 2, 3 } do
    reset(0, 0)
    local order, tasks = {}, {}
    for index = 1, 3 do
      tasks[index] = lofty.spawn(function()
        permits.wait { name = "common" }
        order[#order + 1] = index
      end)
    end
    lofty.sleep(0)
    tasks[gone]:cancel()
    for index, task in ipairs(tasks) do
      if index ~= gone then task:wait() end
    end
    local kept = {}
    for _, index in ipairs(order) do if index ~= gone then kept[#kept + 1] = index end end
    t.equal(#kept, 2)
    t.ok(kept[1] < kept[2], "in order")
    reset(1, 0)
    t.equal(permits.wait { name = "common" }, 0, "the line is gone")
    t.equal(#asked, 1)
  end
end)

