-- sandbox: empty
-- lofty.state within one run; what outlives a run is proved by the cases state_*.case and by oracle_state.py.
local t = require "harness"
local lofty = require "lofty"

local state = lofty.state

local function clear()
  for key in state.each() do state.set(key, nil) end
end

--- The keys of a loop, in its order.
local function keys(space, prefix)
  local list = {}
  for key in space.each(prefix) do list[#list + 1] = key end
  return list
end

t.test("values come back as they were", function()
  local values = {
    true, false, "", "text", "Zo\u{EB} \u{1F600}", "a\0b", ("\\\"\n\t"):rep(9), 0, -1, math.maxinteger, math.mininteger,
    9007199254740993, 0.1, 1.0, -0.0, 1e300, 5e-324, lofty.null, {}, lofty.array {}, { 1, 2, { 3 } },
    { a = { b = { lofty.null }, c = lofty.null }, ["0"] = 1.0 },
  }
  for index, value in ipairs(values) do
    state.set("value", value)
    t.equal(state.get("value"), value, index)
  end
  state.set("value", -0.0)
  t.equal(1 / state.get("value"), -math.huge)
  state.set("value", lofty.array {})
  t.equal(lofty.json.encode(state.get("value")), "[]")
end)

t.test("what was not set is nil, or what the script says; false and null are something", function()
  clear()
  t.equal(state.get("a"), nil)
  t.equal(state.get("a", 5), 5)
  state.set("a", false)
  t.equal(state.get("a", 5), false)
  state.set("a", lofty.null)
  t.equal(state.get("a", 5), lofty.null)
  state.set("a", nil)
  t.equal(state.get("a", 5), 5)
  state.set("a", nil)
end)

t.test("a value is a copy", function()
  local value = { 1 }
  state.set("a", value)
  value[2] = 2
  state.get("a")[3] = 3
  t.equal(state.get("a"), { 1 })
end)

t.test("keys are told apart by every byte, and come in the order of their bytes", function()
  clear()
  local names = { "A", "a", "a ", "a%", "aa", "a_", "\u{E9}", "e\u{301}", "\u{1F600}", "9007199254740993", "9007199254740992" }
  for index, name in ipairs(names) do state.set(name, index) end
  for index, name in ipairs(names) do t.equal(state.get(name), index, name) end
  table.sort(names, function(a, b)
    for place = 1, math.min(#a, #b) do
      if a:byte(place) ~= b:byte(place) then return a:byte(place) < b:byte(place) end
    end
    return #a < #b
  end)
  t.equal(keys(state), names)
  t.equal(keys(state, "a"), { "a", "a ", "a%", "a_", "aa" })
  t.equal(keys(state, "a%"), { "a%" })
  t.equal(state.get(9007199254740993), 10)
  state.set(5, "five")
  t.equal(state.get("5"), "five")
end)

t.test("incr counts from nothing, up and down, with every digit", function()
  clear()
  t.equal(state.incr("n"), 1)
  t.equal(state.incr("n", 41), 42)
  t.equal(state.incr("n", -50), -8)
  state.set("n", 9007199254740993)
  t.equal(state.incr("n"), 9007199254740994)
  t.equal(state.get("n"), 9007199254740994)
  state.set("n", math.maxinteger)
  t.raises("%.lua:%d+: lofty%.state%.incr: \"n\" cannot be counted up: it holds 9223372036854775807", state.incr, "n")
  t.equal(state.get("n"), math.maxinteger)
  for _, value in ipairs { "1", 1.0, true, lofty.null, { 1 } } do
    state.set("n", value)
    t.raises("%.lua:%d+: lofty%.state%.incr: \"n\" cannot be counted up", state.incr, "n")
    t.equal(state.get("n"), value)
  end
end)

t.test("several at once, all of them or none", function()
  clear()
  state.set("kept", 1)
  state.set_all { a = 1, b = { 2 }, kept = 3, [7] = "seven" }
  t.equal(keys(state), { "7", "a", "b", "kept" })
  t.equal(state.get("kept"), 3)
  t.raises("%.lua:%d+: lofty%.state%.set_all", state.set_all, { a = 2, c = print })
  t.raises("%.lua:%d+: lofty%.state%.set_all", state.set_all, { a = 2, [""] = 1 })
  t.equal(state.get("a"), 1)
  state.set_all {}
end)

t.test("a loop over more than a page, which changes what it goes over", function()
  clear()
  local entries = {}
  for index = 1, 1000 do entries[("k%04d"):format(index)] = index end
  state.set_all(entries)
  local seen = {}
  for key, value in state.each "k" do
    seen[#seen + 1] = value
    state.set(key, nil) -- itself
    if value == 300 then
      for index = 301, 600 do state.set(("k%04d"):format(index), nil) end -- ahead, in part on the page at hand
      state.set("k0601", "new") -- ahead
      state.set("k0299", "again") -- behind
      state.set("k0301b", "between")
      state.set("l", "beyond the prefix")
    end
  end
  local expected = {}
  for index = 1, 300 do expected[index] = index end
  table.move({ "between", "new" }, 1, 2, 301, expected)
  for index = 602, 1000 do expected[#expected + 1] = index end
  t.equal(seen, expected)
  t.equal(keys(state), { "k0299", "l" })
end)

t.test("large values, each in memory with few others", function()
  clear()
  local most = ("x"):rep(1024 * 1024 - 2)
  for index = 1, 5 do state.set("large" .. index, most) end
  local count = 0
  for _, value in state.each "large" do
    t.ok(value == most)
    count = count + 1
  end
  t.equal(count, 5)
  t.raises('lofty%.state%.set: "large" has 1048577 bytes as JSON, and a value may have 1048576', state.set, "large", most .. "x")
  t.equal(state.get("large"), nil)
  clear()
end)

t.test("a space has keys of its own", function()
  clear()
  local one, other = state.space "one", state.space "other"
  one.set("k", 1)
  other.set("k", 2)
  state.set("k", 3)
  t.equal({ one.get("k"), other.get("k"), state.get("k"), state.space("one").get("k") }, { 1, 2, 3, 1 })
  t.equal(one.incr("k"), 2)
  one.set_all { l = 1 }
  t.equal(keys(one), { "k", "l" })
  t.equal(keys(state), { "k" })
end)

t.test("mistakes are told at the script's line, and keep nothing", function()
  clear()
  local space = state.space "w"
  for _, key in ipairs { "", ("k"):rep(513), "a\0b", "a\nb", "\xFF", 1.5, true, {} } do
    t.raises("%.lua:%d+: lofty%.state%.get: a key is text", state.get, key)
    t.raises("%.lua:%d+: lofty%.state%.set: a key is text", state.set, key, 1)
    t.raises("%.lua:%d+: lofty%.state%.incr: a key is text", state.incr, key)
  end
  t.raises("state_test%.lua:%d+: lofty%.state%.get: a key is text", function() state.get() end)
  for _, value in ipairs { "\xFF", 0 / 0, 1 / 0, print, { 1, nil, 3 }, { [1] = 1, a = 2 }, coroutine.create(print) } do
    t.raises("%.lua:%d+: lofty%.state%.set: \"v\" cannot be kept", state.set, "v", value)
  end
  t.raises("lofty%.state%.incr: adds an integer, got", state.incr, "n", 1.5)
  t.raises("lofty%.state%.each: a key is text", state.each, true)
  t.raises("lofty%.state%.space: the name must be text", state.space, "")
  t.raises("lofty%.state%.get: use a dot, not a colon", space.get, space, "k")
  t.raises("a space of lofty%.state has no \"find\"; it has get", function() return space.find end)
  t.raises("a space of lofty%.state has no fields", function() space.k = 1 end)
  t.raises("lofty%.state has no operation \"put\"", function() return state.put end)
  t.equal(keys(state), {})
  t.equal(keys(space), {})
end)

t.test("in every task, also where no yield is possible", function()
  clear()
  lofty.map({ 1, 2, 3, 4 }, function() for _ = 1, 10 do state.incr("n") end end)
  table.sort({ 3, 1, 2 }, function(a, b)
    state.incr("n")
    return a < b
  end)
  t.ok(state.get("n") >= 42)
end)

