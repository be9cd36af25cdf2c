-- Words of a command line become typed values by the specification of what they are for, and the output's parts.
local t = require "harness"
local arguments = require "lofty.shell.arguments"
local json = require "lofty.shell.json"
local native = require "native.json"
local paths = require "lofty.shell.paths"
local typing = require "lofty.shell.typing"
local width = require "lofty.shell.width"

local function fill(specs, ...)
  local fields, given = {}, {}
  for _, word in ipairs { ... } do given[#given + 1] = arguments.pair(word) end
  typing.fill(specs, fields, given)
  return fields
end

t.test("a word is a pair only where it looks like one", function()
  t.equal(arguments.pair("a=b=c"), { name = "a", text = "b=c" })
  t.equal(arguments.pair("a:=5"), { name = "a", text = "5", json = true })
  t.equal(arguments.pair("a.b="), { name = "a.b", text = "" })
  for _, word in ipairs { "5", "=5", "a b=5", "/v1.0/x=5", "ada@example.com=5" } do
    t.equal(arguments.pair(word), nil, word)
  end
end)

t.test("values are typed, and what does not fit stays text for the check to refuse", function()
  local integer, boolean = { type = "integer" }, { type = "boolean" }
  t.equal(typing.value(integer, "9223372036854775807"), math.maxinteger)
  t.equal(typing.value(integer, "-5"), -5)
  t.equal(typing.value(integer, "5.0"), 5.0)
  for _, text in ipairs { "", "abc", "0x10", "1_000", "5 ", "inf", "nan" } do
    t.equal(typing.value(integer, text), text)
  end
  t.equal(typing.value({ type = "number" }, "1.5e3"), 1500.0)
  t.equal(typing.value(boolean, "true"), true)
  t.equal(typing.value(boolean, "false"), false)
  t.equal(typing.value(boolean, "yes"), "yes")
  t.equal(typing.value({ type = "string" }, "007"), "007")
  t.equal(typing.value(nil, "7"), "7")
end)

t.test("arrays collect, objects are reached by dots, JSON stands for either", function()
  local specs = {
    ids = { type = "array", of = { type = "integer" } },
    tags = { type = "array", of = { type = "string" } },
    inquiry = { type = "object", fields = { priceMin = { type = "integer" }, note = { type = "string" } } },
  }
  t.equal(fill(specs, "ids=5"), { ids = { 5 } })
  t.equal(fill(specs, "ids=5", "tags=1", "ids=6"), { ids = { 5, 6 }, tags = { "1" } })
  t.equal(fill(specs, "ids=[7,8]"), { ids = { 7, 8 } })
  t.equal(fill(specs, "tags:=[]"), { tags = {} })
  t.equal(fill(specs, "inquiry.priceMin=1", "inquiry.note=2"), { inquiry = { priceMin = 1, note = "2" } })
  t.equal(fill(specs, 'inquiry={"priceMin":3}', "inquiry.note=x"), { inquiry = { priceMin = 3, note = "x" } })
  t.equal(fill(specs, "inquiry:=null"), { inquiry = native.null })
end)

t.test("JSON has its members in order, and only those that are named", function()
  local value = { b = native.array {}, a = { z = 9007199254740993, y = "é\n\"" }, c = 1.5, d = {} }
  t.equal(json.compact(value), '{"a":{"y":"é\\n\\"","z":9007199254740993},"b":[],"c":1.5,"d":{}}')
  t.equal(json.readable(native.array { { a = 1 }, {} }), '[\n  {\n    "a": 1\n  },\n  {}\n]')
  t.equal(json.compact(value, paths.tree_of { "c", "a.z", "x" }), '{"c":1.5,"a":{"z":9007199254740993}}')
  -- Once more with other members: the order is that of the names all the same.
  t.equal(json.compact { aa = 1, d = 2, b = 3 }, '{"aa":1,"b":3,"d":2}')
end)

t.test("columns are found in items, and paths go through arrays", function()
  local list = {}
  local tree = paths.tree()
  paths.extend(tree, { a = 1, b = { c = 2, d = { e = 3 } }, f = native.array { { g = 1 } }, h = {} }, list)
  t.equal(list, { "a", "b.c", "b.d.e", "f", "h" })
  local cells = {}
  paths.fill(paths.tree_of { "f.g", "b.d", "b.d.e" },
    { f = native.array { { g = 1 }, { x = 1 }, { g = 2 } }, b = { d = { e = 5 } } }, cells)
  t.equal(cells, { { 1, 2 }, { e = 5 }, 5 })
end)

t.test("width on a terminal", function()
  t.equal(width.of("abc"), 3)
  t.equal(width.of("Zoë"), 3)
  t.equal(width.of("日本"), 4)
  t.equal(width.of("e\204\129"), 1)
  t.equal(width.cut("日本語", 5), "日本…")
  t.equal(width.cut("日本語", 4), "日…")
  t.equal(width.cut("abc", 3), "abc")
  t.equal(width.tame("a\27[31m\nb\226\128\174c\194\155d"), "a?[31m bc?d")
end)

