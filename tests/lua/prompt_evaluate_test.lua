-- What is typed becomes a function: expressions, statements, what is not finished, and locals that stay.
local t = require "harness"
local evaluate = require "lofty.prompt.evaluate"

--- Compiles and calls, one input after the other in one session; returns what the last gave.
local function typed(...)
  local scope, results = evaluate.scope(), nil
  for _, text in ipairs { ... } do
    local f, kind = evaluate.compile(scope, text)
    if not f then return kind end
    results = table.pack(f())
  end
  return table.unpack(results, 1, results.n)
end

local function kind_of(text)
  return select(2, evaluate.compile(evaluate.scope(), text))
end

t.test("an expression gives its values", function()
  t.equal(typed "1 + 1", 2)
  t.equal(select("#", typed "1, nil, 3, nil"), 4)
  t.equal(typed "= 'a' .. 'b'", "ab")
  t.equal(select("#", typed ""), 0)
  t.equal(select("#", typed "-- only a comment"), 0)
  t.equal(select("#", typed "   "), 0)
end)

t.test("what is not finished goes on", function()
  for _, text in ipairs { "for i = 1, 2 do", "f(", "{ 1,", "function f()", "x =", "1 +", "[[ text", "if a then", "--[[ note",
    "local x = function()", '"a\\' } do
    t.equal(kind_of(text), "unfinished", text)
  end
end)

t.test("a mistake is none", function()
  for _, text in ipairs { "1 1", "end", '"open', "x y", "local 1", "for in", ")" } do
    t.ok(kind_of(text) ~= "unfinished" and kind_of(text) ~= "expression" and kind_of(text) ~= "statement", text)
  end
  t.ok(kind_of("1 + * 2"):find("near '*'", 1, true))
end)

t.test("a local stays, and is one with what functions of its input have", function()
  t.equal(typed("local x = 5", "x"), 5)
  t.equal(typed("local x = 5", "x = 6", "x"), 6)
  t.equal(typed("local n = 0 function bump() n = n + 1 end", "bump() bump()", "n"), 2)
  t.equal(typed("local a, b = 1, 2", "local a = b", "a"), 2)
  t.equal(typed("local function f() return 7 end", "f()"), 7)
  t.equal(typed("local k <const> = 4", "k"), 4)
  t.equal(typed("local k <const> = {1}", "k[1]"), 1)
  t.equal(typed("local x = 1", "local y = x + 1 return y"), 2)
  t.equal(typed("local x = 1 do local x = 2 end", "x"), 1)
  t.equal(typed("local x = 1", "local get = function() return x end", "x = 3", "get()"), 3)
end)

t.test("a local of an inner block does not stay", function()
  local scope = evaluate.scope()
  evaluate.compile(scope, "do local inner = 5 end for _, each in ipairs{1} do local also = each end")()
  t.equal(#scope.names, 0)
end)

t.test("a global can be made, and one that nobody has made raises at the input", function()
  t.equal(typed("made_at_the_prompt = 3", "made_at_the_prompt + 1"), 4)
  made_at_the_prompt = nil -- luacheck: ignore
  local f = evaluate.compile(evaluate.scope(), "return never_made_anywhere")
  local ok, message = pcall(f)
  t.equal(ok, false)
  t.equal(message, 'input:1: undefined global "never_made_anywhere"')
  local g = evaluate.compile(evaluate.scope(), "function in_a_function() made_in_one = 1 end in_a_function() return made_in_one")
  t.equal(g(), 1)
  made_in_one, in_a_function = nil, nil -- luacheck: ignore
end)

t.test("more locals than Lua has room for", function()
  local scope = evaluate.scope()
  for i = 1, 400 do assert(evaluate.compile(scope, ("local v%d = %d"):format(i, i)))() end
  t.equal(evaluate.compile(scope, "v1 + v400")(), 401)
end)

t.test("lines are those of the text, also behind a shebang and with many names", function()
  local scope = evaluate.scope()
  local lines = { "#!/usr/bin/env loftyrun" }
  for i = 1, 120 do lines[#lines + 1] = ("local w%d = %d"):format(i, i) end
  lines[#lines + 1] = "error('here')"
  local ok, message = pcall(evaluate.compile(scope, table.concat(lines, "\n"), "@long.lua"))
  t.equal(ok, false)
  t.equal(message, "long.lua:122: here")
end)

t.test("arguments reach the text as ...", function()
  t.equal(evaluate.compile(evaluate.scope(), "return select('#', ...), ...")(8, 9), 2)
end)
