-- sandbox: demo
-- Tasks that catch every error and go on after they were cancelled: others get their turn, and they are ended.
local t = require "harness"
local lofty = require "lofty"
local waits = require "places"
local gate, PLACES = waits.gate, waits.places

local sleeper = lofty.spawn(lofty.sleep, "1h")

--- What goes on for ever, by what it catches errors with.
local LOOPS = {
  ["pcall around a sleep"] = function() pcall(lofty.sleep, "1h") end,
  ["pcall around a call"] = function() pcall(lofty.leads.list, { limit = 1 }) end,
  ["pcall around a write"] = function() pcall(lofty.notes.create, { leadId = 1, content = "x" }) end,
  ["lofty.try"] = function() lofty.try(lofty.sleep, "1h") end,
  ["xpcall"] = function() xpcall(lofty.sleep, function(err) return { err } end, "1h") end,
  ["load"] = function() load(function() lofty.sleep("1h") end) end,
  ["coroutine.resume"] = function() coroutine.resume(coroutine.create(function() lofty.sleep("1h") end)) end,
  ["pcall in pcall"] = function() pcall(function() pcall(lofty.sleep, "1h") error("mine") end) end,
  ["waiting for a task"] = function() pcall(sleeper.wait, sleeper) end,
  ["lofty.map"] = function() pcall(lofty.map, { 1, 2 }, function() lofty.sleep("1h") end) end,
  ["an error of its own"] = function()
    if not pcall(lofty.sleep, "1h") then pcall(error, "mine") end
  end,
}

local function endless(loop)
  while true do loop() end
end

--- Others go on meanwhile: this one takes so many turns.
local function some_turns()
  return lofty.spawn(function()
    for _ = 1, 50 do lofty.sleep(0) end
    return lofty.leads.list({ limit = 1 })[1]
  end)
end

local function check_ended(task)
  local other = some_turns()
  lofty.sleep(0)
  task:cancel()
  t.ok(other:wait())
  local err = t.fails("CANCELLED", task.wait, task)
  t.equal(err.category, "cancelled")
  t.equal(task:status(), "cancelled")
end

for name, loop in pairs(LOOPS) do
  t.test("a loop that goes on with " .. name .. " is ended, and its variables closed", function()
    local closed = {}
    local task = lofty.spawn(function()
      local _ <close> = setmetatable({}, { __close = function() closed[#closed + 1] = "outer" end })
      pcall(function()
        local _ <close> = setmetatable({}, { __close = function() closed[#closed + 1] = "inner" end })
        endless(loop)
      end)
      closed[#closed + 1] = "not to be reached"
    end)
    check_ended(task)
    t.equal(closed, { "inner", "outer" })
  end)
end

for name, inside in pairs(PLACES) do
  t.test("a loop that goes on inside " .. name .. " is ended, too", function()
    check_ended(lofty.spawn(function()
      return inside(function() endless(LOOPS["pcall around a sleep"]) end)
    end))
  end)
end

t.test("a close handler that does not end either is ended as well", function()
  local task = lofty.spawn(function()
    local _ <close> = setmetatable({}, { __close = function() endless(LOOPS["pcall around a sleep"]) end })
    endless(LOOPS["lofty.try"])
  end)
  check_ended(task)
end)

t.test("what a task does on its way out within reason is left to it", function()
  local refused = 0
  local task = lofty.spawn(function()
    for _ = 1, 900 do
      if not pcall(lofty.sleep, "1h") then refused = refused + 1 end
    end
    return "done"
  end)
  lofty.sleep(0)
  task:cancel()
  t.equal(task:wait(), "done")
  t.equal(refused, 900)
end)

t.test("workers of a map that is stopped are ended", function()
  local ok, err = pcall(lofty.map, { 1, 2, 3 }, function(i)
    if i == 3 then
      lofty.sleep(0)
      error("the third", 0)
    end
    endless(LOOPS["pcall around a sleep"])
  end, { concurrency = 3 })
  t.equal({ ok, err }, { false, "the third" })
end)

t.test("a map in a task that is ended leaves no worker behind", function()
  local alive = 0
  local task = lofty.spawn(function()
    while true do
      pcall(lofty.map, { 1, 2 }, function()
        alive = alive + 1
        local _ <close> = setmetatable({}, { __close = function() alive = alive - 1 end })
        lofty.sleep("1h")
      end)
    end
  end)
  check_ended(task)
  t.equal(alive, 0)
end)

for name, inside in pairs(PLACES) do
  t.test("under a deadline that is over, others get their turn while a loop goes on inside " .. name, function()
    local over = false
    local task = lofty.spawn(function()
      return lofty.deadline(0, inside, function()
        while not over do
          local _, err = lofty.try(lofty.sleep, "1h")
          assert(err.code == "DEADLINE_EXCEEDED")
        end
        return "done"
      end)
    end)
    t.ok(some_turns():wait())
    over = true
    t.equal(task:wait(), "done")
  end)
end

t.test("the script itself holds up nobody in such a loop", function()
  local door, turns = gate(), 0
  local other = lofty.spawn(function()
    for _ = 1, 50 do lofty.sleep(0) end
    door.open()
    return lofty.leads.list({ limit = 1 })
  end)
  lofty.deadline(0, function()
    while other:status() == "running" do
      pcall(lofty.leads.list, { limit = 1 })
      turns = turns + 1
    end
  end)
  t.ok(#other:wait() == 1)
  t.ok(turns > 0)
end)

t.after_all(function() sleeper:cancel() end)
